"""The GIMP side of "Restore with instruction": what is GIMP's and only that. The rest is `restored_client`, which lies beside.

Files of the same name do the same job in every adapter; `tests/plugins/test_same_jobs.py` has the list, and why each of the
others is only one adapter's. From the button to the layer: window, restoring, capture, sending, finish, placing.
"""
