"""Fits one softmax layer on an encoder's vectors."""

from collections.abc import Sequence

import numpy as np

from restored.instruction.softmax_layer import SoftmaxLayer


def fit_softmax(
    x: np.ndarray, labels: Sequence[str], weights: Sequence[float], classes: Sequence[str], *, strength: float, threshold: float
) -> SoftmaxLayer:
    """Multinomial logistic regression. x: (N, inputs); weights: what each row counts for; strength: the inverse of the penalty on
    large weights. A class that no row has stays unlikely."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=strength, max_iter=1000).fit(x, labels, sample_weight=weights)
    weight, bias = np.zeros((x.shape[1], len(classes))), np.full(len(classes), -20.0)
    columns = [list(classes).index(name) for name in fitted.classes_]
    weight[:, columns], bias[columns] = fitted.coef_.T, fitted.intercept_
    return SoftmaxLayer(weight, bias, threshold)
