"""The language side of training: corpus, head, evaluation. Never imported by `restored`."""
