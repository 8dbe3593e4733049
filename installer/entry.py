"""Where the frozen program begins: one program for the command, the daemon, the external editor and the file manager's entry."""

import multiprocessing

multiprocessing.freeze_support()  # a worker of a batch is this program again: it must not take its arguments for a command

from restored.cli import main  # noqa: E402
from restored.standalone import gpu  # noqa: E402

if __name__ == "__main__":
    gpu.activate()
    main()
