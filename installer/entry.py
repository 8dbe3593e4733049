"""Where the frozen program begins: one program for the command, the daemon, the external editor and the file manager's entry."""

from restored.cli import main
from restored.standalone import gpu

gpu.activate()
main()
