"""What a docker says of a job that another machine computes. Run inside Krita with a window."""

from casekit import begin, finished, press


def case_in_the_studio(kit):
    yield from begin(kit, "remove the noise")
    job = yield from press(kit)
    yield finished(kit, job)
    assert job.state == "done", job.message
    yield lambda: kit.docker.device.text()
    kit.shoot("studio", kit.docker)
    pixel = list(bytes(kit.layers(kit.document)[-1].pixelData(5, 5, 1, 1)))
    kit.tell(pixel=pixel, job=job.device, docker=kit.docker.device.text())
