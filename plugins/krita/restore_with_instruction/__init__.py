"""Restore with instruction, for Krita 5.1 to 6.

Krita imports this package once, at its start. When anything in it fails to load, a docker of the same name says why and what to
do, instead of a plug-in that silently is not there. Without Krita's registration (`kritarunner`) import the modules directly and
set RESTORED_NO_REGISTRATION: registering there crashes Krita 5.1.
"""

import os

if not os.environ.get("RESTORED_NO_REGISTRATION"):
    try:
        from .entries import register

        register()
    except Exception:
        from .failure import register_failure

        register_failure()
