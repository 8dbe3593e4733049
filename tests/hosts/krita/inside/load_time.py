"""How long the docker takes: importing everything it needs, and making it. Run in kritarunner."""

import os
import time

os.environ["RESTORED_NO_REGISTRATION"] = "1"


def main(*_):
    begun = time.perf_counter(), time.process_time()
    from restore_with_instruction.window import Docker

    imported = time.perf_counter(), time.process_time()
    docker = Docker()
    made = time.perf_counter(), time.process_time()
    wall, processor = made[0] - begun[0], made[1] - begun[1]
    print(f"@@ load {imported[0] - begun[0]:.3f} {wall:.3f} {processor:.3f}", flush=True)
    docker.close_down()
    print("@@ end", flush=True)
