# The image of shike: the command, a Prefect worker and Prefect's server in one, so that all three
# have the same versions. It installs the wheel of this tree, which holds the trained models:
#
#     make trials/reports/models/zh.npz
#     .venv/bin/uv build --wheel --no-build-isolation --python .venv/bin/python
#     docker build --tag shike:0.1.0 .
FROM python:3.11.14-slim-bookworm

# LightGBM and implicit bring no OpenMP of their own. Debian drops superseded versions, so a pin
# would soon not build.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --uid 10001 --create-home shike

COPY requirements/run.txt /build/
RUN pip install --no-cache-dir --require-hashes --only-binary :all: -r /build/run.txt
COPY dist/shike-0.1.0-py3-none-any.whl /build/
RUN pip install --no-cache-dir --no-deps --no-index /build/shike-0.1.0-py3-none-any.whl

ENV PYTHONUNBUFFERED=1 \
    DO_NOT_TRACK=1 \
    PREFECT_SERVER_ANALYTICS_ENABLED=false

USER 10001
WORKDIR /home/shike

# Server and worker alike are well if the server that they name answers.
HEALTHCHECK --interval=30s --timeout=10s --start-period=180s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(os.environ['PREFECT_API_URL'] + '/health', timeout=5)"]

ENTRYPOINT ["shike"]
CMD ["--help"]
