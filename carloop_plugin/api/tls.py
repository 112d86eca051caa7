"""TLS: which authorities are trusted, and why a handshake failed."""

from __future__ import annotations

import ssl

from carloop_plugin.api.call import AttemptFailed
from carloop_plugin.domain.failures import Reason

# OpenSSL's X509_V_ERR_* numbers, as `SSLCertVerificationError.verify_code` gives them
_TEXTS = {
    9: "api.tls_not_yet_valid",
    10: "api.tls_expired",
    23: "api.tls_revoked",
    **dict.fromkeys((18, 19, 20, 21), "api.tls_untrusted"),
    **dict.fromkeys((62, 64), "api.tls_wrong_host"),
}


def make_context(ca_file: str | None) -> ssl.SSLContext:
    """Make a context that trusts the system's authorities, or those in `ca_file` alone.

    Raise `AttemptFailed` where the file cannot be read.
    """
    # not create_default_context: that one writes session keys where SSLKEYLOGFILE says
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is not None:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError:
            reason = Reason("not_configured", "api.ca_file_unreadable", (("file", ca_file),))
            raise AttemptFailed(reason, again=False, sent=False) from None
        return context
    context.load_default_certs()
    if not context.cert_store_stats()["x509_ca"]:
        import certifi  # slim systems bring no authorities of their own

        context.load_verify_locations(cafile=certifi.where())
    return context


def tls_reason(error: OSError, host: str) -> Reason:
    """Return why a handshake failed, for someone who can renew a certificate or correct an address."""
    params = (("host", host),)
    if isinstance(error, ssl.SSLCertVerificationError):
        return Reason("unreachable", _TEXTS.get(error.verify_code, "api.tls_refused"), params)
    if isinstance(error, ssl.SSLError) and error.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST"):
        return Reason("unreachable", "api.tls_not_spoken", params)
    return Reason("unreachable", "api.tls_broken", params)
