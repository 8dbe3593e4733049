from PySide6.QtGui import *
