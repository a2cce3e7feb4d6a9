"""What S3 answers when it does not do what it was asked, told as sentences that say what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from infra.errors import StoreError
from infra.store.base import StoreOptions

_CREDENTIALS = "check the access key and secret"
_FORBIDDEN = "these credentials may not do that; ask for the permission"
_RENEW = "the credentials have expired; renew them"
_FULL = "the storage is full or its quota used up; make room, or run `shike gc`"
_LATER = "try again later"
_ADVICE = {
    "NoSuchBucket": "the bucket does not exist; create it, or mend the address or the endpoint",
    "AccessDenied": _FORBIDDEN,
    "AllAccessDisabled": _FORBIDDEN,
    "InvalidAccessKeyId": _CREDENTIALS,
    "SignatureDoesNotMatch": _CREDENTIALS,
    "InvalidToken": _RENEW,
    "ExpiredToken": _RENEW,
    "TokenRefreshRequired": _RENEW,
    "RequestTimeTooSkewed": "this machine's clock is wrong; set it",
    "PreconditionFailed": "it was changed meanwhile; run it again",
    "PermanentRedirect": "the bucket is in another region; set the region",
    "BadDigest": "the body arrived damaged; run it again, and check the network if it stays so",
    "XAmzContentSHA256Mismatch": "the body arrived damaged; run it again",
    "EntityTooLarge": "the object is larger than the server takes; make multipart_mib smaller",
    "QuotaExceeded": _FULL,
    "InsufficientStorage": _FULL,
    "NotImplemented": "the server cannot do that; use one with conditional writes",
    "SlowDown": _LATER,
    "ServiceUnavailable": _LATER,
    "InternalError": _LATER,
}
_ADVICE_BY_STATUS = {
    401: _CREDENTIALS,
    403: _FORBIDDEN,
    500: _LATER,
    501: _ADVICE["NotImplemented"],
    503: _LATER,
    507: _FULL,
}


def status(error: ClientError) -> int:
    """Return the HTTP status of a refusal."""
    return int(error.response["ResponseMetadata"].get("HTTPStatusCode", 0))


def code(error: ClientError) -> str:
    """Return S3's name of a refusal."""
    return str(error.response["Error"].get("Code", ""))


def was_retried(error: ClientError) -> bool:
    """Tell whether an earlier try of the same request may have reached the server."""
    return int(error.response["ResponseMetadata"].get("RetryAttempts", 0)) > 0


@contextmanager
def explained(what: str, options: StoreOptions) -> Iterator[None]:
    """Turn boto3's errors into one that says what failed, where, and what to do.

    Only codes and types are repeated, never a server's own text: it may quote the request.
    """
    where = options.endpoint_url or "AWS"
    try:
        yield
    except ClientError as error:
        found, advice = code(error), _ADVICE_BY_STATUS.get(status(error), "see the server's log")
        raise StoreError(
            f"cannot {what} at {where}: {_ADVICE.get(found, advice)} ({found}, {status(error)})"
        ) from error
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise StoreError(
            f"cannot {what} at {where}: no credentials were found; set access_key and secret_key, "
            "or give boto3 a profile, a role or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        ) from error
    except (CredentialRetrievalError, TokenRetrievalError, UnauthorizedSSOTokenError) as error:
        raise StoreError(
            f"cannot {what} at {where}: no credentials were handed out ({type(error).__name__}); "
            "log in again, or mend the profile or role"
        ) from error
    except BotoCoreError as error:
        raise StoreError(
            f"cannot {what} at {where}: no whole answer after {options.attempts} attempts "
            f"({type(error).__name__}); check the address and the network, then run it again"
        ) from error
