"""What the desk asks for, of what is on show of a layer: plans, previews, places."""


class Asking:
    """The desk's Requests. `look` (a watching.Watching) reads the pixels; the conversation has them answered."""

    def __init__(self, conversation, look):
        self._conversation, self._look = conversation, look

    def ask_plan(self, text):
        if self._look.context is not None:
            self._conversation.explain(text, self._look.context, self._look.desk.standing)

    def drop_plan(self):
        self._conversation.drop_plan()

    def ask_preview(self, want):
        asked = self._look.crop_for(want)
        if asked is not None:
            self._conversation.preview(asked)

    def drop_preview(self):
        self._conversation.drop_preview()

    def ask_region(self, want):
        asked = self._look.region_for(want)
        if asked is not None:
            self._conversation.region(asked)

    def drop_region(self):
        self._conversation.drop_region()
