# where Qt 5 has them
from PySide6.QtGui import QAction as QAction
from PySide6.QtGui import QActionGroup as QActionGroup
from PySide6.QtGui import QShortcut as QShortcut
from PySide6.QtWidgets import *
