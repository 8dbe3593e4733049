"""Notices when Krita's GUI thread is held up, for how long, by how much work, and where our plug-in stood then.

A timer in the GUI thread notes every turn of the event loop; a second thread looks at the GUI thread's Python stack every few
milliseconds, so that a long gap can be laid at a line's door. On a busy machine the wall clock also counts other programs' time:
`work` is the processor time of the GUI thread alone.
"""

import linecache
import sys
import threading
import time

OURS = "restore_with_instruction"
LOOK = 0.008  # seconds between two looks at the stack
LONG = 0.06  # gaps shorter than this are not kept


class Watchdog:
    """`start()`, then `stop()` returns the gaps, longest first.

    Each is {"seconds", "work", "looks": how often the stack was looked at, "where": [our innermost line, its text, times seen]}.
    """

    def __init__(self, qtcore):
        self._timer = qtcore.QTimer()
        self._timer.setInterval(4)
        self._timer.timeout.connect(self._turn)
        self._main = threading.get_ident()
        self._seen, self._looks = {}, 0
        self._gaps = []
        self._on = False

    def start(self):
        self._on = True
        self._last = time.perf_counter(), time.thread_time()
        self._timer.start()
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def stop(self):
        self._turn()
        self._on = False
        self._timer.stop()
        return sorted(self._gaps, key=lambda gap: -gap["seconds"])

    def _turn(self):
        now = time.perf_counter(), time.thread_time()
        seen, looks, self._seen, self._looks = self._seen, self._looks, {}, 0
        gap = now[0] - self._last[0]
        if gap > LONG:
            where = sorted(seen.items(), key=lambda item: -item[1])
            self._gaps.append(
                {
                    "seconds": round(gap, 3),
                    "work": round(now[1] - self._last[1], 3),
                    "looks": looks,
                    "where": [[place, text, times] for (place, text), times in where],
                }
            )
        self._last = now

    def _watch(self):
        while self._on:
            time.sleep(LOOK)
            self._looks += 1
            frame = sys._current_frames().get(self._main)
            while frame is not None and OURS not in frame.f_code.co_filename:
                frame = frame.f_back
            if frame is not None:
                place = frame.f_code.co_filename.rpartition("/")[2] + ":" + frame.f_code.co_name
                text = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()
                self._seen[place, text] = self._seen.get((place, text), 0) + 1
