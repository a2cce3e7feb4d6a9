"""Shards on real workers of this machine: the same bytes, whoever does the work and whoever dies."""

import operator
import os
import pickle
import random
import signal
import subprocess
import sys
from dataclasses import astuple
from datetime import date, timedelta
from functools import partial

import dask
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distributed import Client
from distributed.security import Security
from prefect_dask.task_runners import DaskTaskRunner

from flows import cluster as clusters
from flows.cluster import DaskSpread, dask_cluster
from flows.engine import ClusterError, RunOptions
from flows.merchants import Imprint, Share, merchant_objects
from flows.parcels import Files, Messages
from flows.shard import build, worked
from infra.sources.synthetic import SyntheticOptions, write_synthetic_shop
from quality.progress import silent
from quality.spreading import InTurn
from quality.tables import INPUTS, OUTPUTS
from recommender.catalogue import read_catalogue
from recommender.interactions import day_number, item_days, of_needs
from recommender.needs import ANNOYANCE_WEIGHT, read_needs
from recommender.people import read_people
from recommender.scoring import Judge, score_people
from recommender.states import return_shares
from recommender.trades import read_trades
from trials.reports.options import ReviewOptions
from trials.reports.polarity import load_models
from trials.reports.stage import _known_reports, _read, _Reader

pytestmark = [pytest.mark.xdist_group("dask")]

SHARDS = (1, 2, 7, 16)
USERS, DAYS = 4800, 100
HUNGRY = "(b'x' * (900 << 20), __import__('time').sleep(600))"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Two workers of this machine."""
    work = tmp_path_factory.mktemp("work")
    with dask_cluster(RunOptions(engine="dask", workers=2), work) as spread:
        yield spread


@pytest.fixture(params=SHARDS)
def cut(cluster, request):
    """The same workers, work cut into so many shards."""
    return DaskSpread(
        cluster._runner, RunOptions(engine="dask", shards=request.param), cluster._carrier
    )


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The tables of a shop whose 4,800 people make more than sixteen blocks."""
    options = SyntheticOptions(users=USERS, days=DAYS, seed=7, items=240)
    folder = write_synthetic_shop(tmp_path_factory.mktemp("shop"), options)
    names = ("events", "items", "users", "reports")
    return {name: pq.read_table(folder / f"{name}.parquet") for name in names}


@pytest.fixture(scope="module")
def as_of():
    return date.fromisoformat(SyntheticOptions().first_day) + timedelta(days=DAYS)


@pytest.fixture(scope="module")
def score(shop, as_of):
    """Scoring everybody, by a spread, into arrays that can be compared."""
    catalogue = read_catalogue(shop["items"], as_of)
    people = read_people(shop, assumes_consent=True, before=as_of)
    trades = read_trades(shop["events"], people.user_ids, catalogue.item_ids, before=as_of)
    needs = of_needs(item_days(trades), catalogue.needs, catalogue.need_ids)
    personal = read_needs(needs, day_number(as_of), catalogue)
    shares = return_shares(personal.model.snapshot.histories)
    judge = Judge(personal.satiation, shares, ANNOYANCE_WEIGHT)
    return lambda spread: pickle.dumps(astuple(score_people(personal.model, judge, spread)))


@pytest.fixture(scope="module")
def scored(score):
    return score(InTurn(1))


@pytest.fixture(scope="module")
def read(shop, as_of):
    """Reading the shop's reports, thirty-two at a time, by a spread."""
    reader = _Reader(load_models(), ReviewOptions(), 32)
    return partial(_read, _known_reports(shop, as_of), reader, silent)


@pytest.fixture(scope="module")
def said(read):
    return read(InTurn(1))


def _calendar(weeks):
    """Return a calendar of the need for tea."""
    first = date(2017, 12, 4)
    rows = [("tea", first + timedelta(weeks=week), 3.0, 1.0, 5.0) for week in range(weeks)]
    columns = map(list, zip(*rows, strict=True)) if rows else [[]] * 5
    return pa.table(list(columns), schema=OUTPUTS["replenishment_calendar"].schema)


@pytest.fixture(scope="module")
def write():
    """Writing the files and pages of seventeen merchants, each of another size, by a spread."""
    facing = {name: declared.empty() for name, declared in OUTPUTS.items()
              if declared.merchant_facing}  # fmt: skip
    shares = [
        Share(f"m{number:02d}", f"店 {number}", None,
              facing | {"replenishment_calendar": _calendar(number * 5 % 17)})
        for number in range(17)
    ]  # fmt: skip
    names = {name: INPUTS[name].empty() for name in ("items", "trials", "merchants")}
    return partial(merchant_objects, Imprint(date(2017, 12, 4), "run", (), 5, names), shares)


@pytest.fixture(scope="module")
def written(write):
    return write(InTurn(1))


def test_chances_are_the_same_bytes_for_any_number_of_shards(cut, score, scored):
    assert score(cut) == scored


def test_reports_are_read_the_same_for_any_number_of_shards(cut, read, said):
    before = set(cut._carrier.folder.iterdir())

    assert len(said[1]) >= 16 * 32
    assert read(cut) == said
    assert set(cut._carrier.folder.iterdir()) == before, "what was carried must be gone"


def test_merchants_receive_the_same_bytes_for_any_number_of_shards(cut, write, written):
    assert write(cut) == written
    for number, objects in enumerate(written):
        assert f"店 {number}" in objects["index.html"].body.decode()
        assert objects["replenishment_calendar.parquet"].rows == number * 5 % 17


def test_a_worker_killed_at_five_moments_changes_nothing(cluster, write, written):
    """Each of the five is killed with -9 while it works: shards are handed out ahead."""
    moments = random.Random(20171204)  # noqa: S311 - a test repeats
    killed_after = sorted(moments.sample(range(1, 13), 5))

    class Deadly(InTurn):
        def __call__(self, work, shared, shards):
            for number, made in enumerate(cluster(work, shared, shards)):
                yield made
                if number in killed_after:
                    # One that was just killed does not answer.
                    pids = cluster._client.run(os.getpid, on_error="ignore")
                    os.kill(moments.choice(sorted(pids.values())), signal.SIGKILL)
                    killed.append(number)

    killed = []
    assert write(Deadly(16)) == written
    assert killed == killed_after


def test_what_a_shard_raises_is_raised_here_and_the_workers_go_on(cluster):
    with pytest.raises(ZeroDivisionError):
        list(cluster(operator.truediv, 6, [3, 0]))
    with pytest.raises(FileNotFoundError):
        list(cluster(eval, "open('/no/such/file')", [{}]))

    assert list(cluster(operator.pow, 3, range(20))) == [3**power for power in range(20)]


def test_everything_listens_on_loopback_and_only_for_holders_of_the_days_key(cluster):
    address = cluster._client.scheduler.address
    me = psutil.Process()
    family = [me, *me.children(recursive=True)]
    heard = [one.laddr.ip for process in family for one in process.net_connections()
             if one.status == psutil.CONN_LISTEN]  # fmt: skip

    assert len(heard) >= 5
    assert set(heard) == {"127.0.0.1"}
    assert address.startswith("tls://127.0.0.1:")
    with pytest.raises(OSError, match=r"TLS|Timed out"):
        Client(address, security=Security.temporary(), timeout=1, set_as_default=False)


def test_a_worker_that_dies_of_every_attempt_ends_the_work_with_advice(tmp_path, monkeypatch):
    monkeypatch.setitem(clusters._CONFIG, "distributed.scheduler.allowed-failures", 0)
    options = RunOptions(engine="dask", workers=1, worker_memory="800MiB")

    with (
        dask_cluster(options, tmp_path) as spread,
        pytest.raises(
            ClusterError, match=r"every worker.*1 in all.*\[run\] worker_memory.*same command"
        ),
    ):
        list(spread(eval, HUNGRY, [{}]))


@pytest.fixture
def scheduler(tmp_path):
    """A scheduler elsewhere, which knows no worker yet, and its process."""
    found = tmp_path / "scheduler.json"
    command = [sys.executable, "-m", "dask", "scheduler", "--host", "127.0.0.1", "--port", "0",
               "--no-dashboard", "--no-jupyter", "--scheduler-file", str(found)]  # fmt: skip
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if "Scheduler at" in line:
            yield line.split()[-1], process
            break
    process.kill()
    process.communicate()


def test_a_cluster_without_workers_and_one_whose_scheduler_ends_say_so(scheduler):
    address, process = scheduler
    options = RunOptions(engine="dask", scheduler=address)

    with DaskTaskRunner(address=address, client_kwargs={"timeout": 2}) as runner:
        lonely = DaskSpread(runner, options, Messages(), patience_seconds=0.2)
        with pytest.raises(ClusterError, match=r"cannot be used.*same command"):
            list(lonely(operator.pow, 3, [1]))
        spread = DaskSpread(runner, options, Messages())
        spread.__dict__["_client"] = runner.client
        results = spread(operator.pow, 3, _killing(process, [1]))
        with pytest.raises(ClusterError, match=rf"cluster {address} ended.*same command"):
            next(results)


class _OneWay:
    """Brings by message and would take back by file."""

    def __init__(self, back):
        self.open, self.pack = Messages().open, back.pack


def _killing(process, shards):
    """Kill the scheduler once a shard was sent to it."""
    yield from shards
    process.kill()
    process.wait()


def test_a_scheduler_that_nobody_started_is_named():
    options = RunOptions(engine="dask", scheduler="tcp://127.0.0.1:9")
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "500ms"}),
        dask_cluster(options, None) as spread,
        pytest.raises(ClusterError, match=r"tcp://127\.0\.0\.1:9 cannot be used"),
    ):
        list(spread(operator.pow, 3, [1]))


def test_a_worker_that_would_come_to_other_bytes_refuses():
    by = Messages()
    three, two = by.pack(3), by.pack(2)

    assert by.open(worked(build(), by, operator.pow, three, two)) == 9
    with pytest.raises(ClusterError, match=r"worker has numpy .* instead of 1\.0:"):
        worked(build() | {"numpy": "1.0"}, by, operator.pow, three, two)


def test_workers_that_share_no_folder_with_the_day_make_the_same_bytes(cluster, score, scored):
    assert score(DaskSpread(cluster._runner, RunOptions(engine="dask"), Messages())) == scored


def test_a_full_disk_ends_the_work_with_a_sentence(cluster):
    nowhere = Files(cluster._carrier.folder / "gone")
    spread = DaskSpread(cluster._runner, RunOptions(engine="dask"), nowhere)
    with pytest.raises(ClusterError, match=r"cannot be given its work .*same command"):
        list(spread(operator.pow, 3, [1]))
    by = Messages()
    with pytest.raises(ClusterError, match="worker must be able to write"):
        worked(build(), _OneWay(nowhere), operator.pow, by.pack(3), by.pack(2))


def test_one_setting_and_no_other_chooses_the_engine():
    assert RunOptions().engine == "local"
    for wrong in ({"workers": 0}, {"shards": -1}, {"scheduler": "host:8786"}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            RunOptions(**wrong)
