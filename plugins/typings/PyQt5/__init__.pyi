"""The same as PyQt6: the adapter names nothing that differs but in its qt.py."""

from PyQt6 import QtCore as QtCore
from PyQt6 import QtGui as QtGui
from PyQt6 import QtWidgets as QtWidgets
from PyQt6 import sip as sip
