import runpy, os
w = runpy.run_path('/work/main/tests/hosts/krita/inside/window_cases.py')
def twice(kit, hide=False, scale=1, close_first=False):
    yield from w['begin'](kit)
    docker = kit.docker
    docker.scale.setCurrentIndex(scale)
    job = docker.restore()
    yield w['finished'](kit, job)
    yield 0.5
    if hide: docker.setVisible(False); yield .5
    docker.scale.setCurrentIndex(0)
def case_a(kit): yield from twice(kit, hide=True)
def case_b(kit): yield from twice(kit, scale=0)
def case_c(kit): yield from twice(kit)
def case_d(kit):
    a = kit.new(); yield lambda: kit.ready(a)
    yield .5
