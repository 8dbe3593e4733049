"""Pixels that were captured to the daemon, and the result back. Nothing here talks to GIMP: any thread may."""

from dataclasses import replace

from restored_client.desk.previewstate import place_in
from restored_client.desk.thumbnail import thumbnail
from restored_client.wire.order import Order


def restore(session, source, wish, on_progress=None, cancelled=None):
    """Have the pixels restored; blocks. Returns the session's Answer; raises its ClientError or Cancelled."""
    asked = replace(wish, place=place_in(source.layer_size[0], source.layer_size[1], source.region[:4]))
    order = Order.of(asked, source.content, source.region.mask, source.context)
    return session.carry_out(order, on_progress, cancelled)


def restore_and_show(session, source, wish, on_progress=None, cancelled=None):
    """The same for a window: (the Answer, its result as a thumbnail), the latter None when nothing changed."""
    answer = restore(session, source, wish, on_progress, cancelled)
    return answer, thumbnail(answer.pixels) if answer.changed else None
