"""The strong machine next door: two machines that a person paired by hand, one of which restores for the other.

`pairing` and `keys` make them known to each other, `book` remembers whom; `link` is the asking side's connection and `wire` the
answering side's; `service` puts another machine's engine behind the same verbs as this one's. For people there is
docs/studio.md.
"""
