"""
Makes keras-stateful-metrics.json: metrics over two batches, with and without weights, of Keras; averages over classes and reports of
scikit-learn. Run: KERAS_BACKEND=torch python keras-stateful-metrics.py > keras-stateful-metrics.json
"""

import json

import keras
import numpy as np
import sklearn
from sklearn import metrics as sk

random = np.random.default_rng(0)
m = keras.metrics


def numbers(x):
    return np.asarray(x, dtype=np.float64).round(9).tolist()


def softmax(x):
    e = np.exp(x)
    return (e / e.sum(-1, keepdims=True)).astype("float32")


n, classes = 40, 4
labels = random.integers(0, classes, size=n)
onehot = np.eye(classes, dtype="float32")[labels]
scores = softmax(random.normal(size=(n, classes)) + 1.5 * onehot)
yes = random.integers(0, 2, size=(n, 1)).astype("float32")
chances = np.clip(random.uniform(size=(n, 1)) * 0.7 + 0.3 * yes, 0, 1).astype("float32")
several_yes = random.integers(0, 2, size=(n, 3)).astype("float32")
several = random.uniform(size=(n, 3)).astype("float32")
real = random.normal(size=(n, 2)).astype("float32")
guess = (real + random.normal(size=(n, 2)) * 0.4).astype("float32")
whole = random.integers(0, 3, size=(n, 1)).astype("float32")
whole_guess = np.where(random.uniform(size=(n, 1)) < 0.3, random.integers(0, 3, size=(n, 1)), whole).astype("float32")
weights = random.uniform(0, 2, size=n).astype("float32")
pixels = random.integers(0, 3, size=(n, 2, 2))
pixel_guess = np.where(random.uniform(size=(n, 2, 2)) < 0.4, random.integers(0, 3, size=(n, 2, 2)), pixels)

arrays = {
    "labels": labels, "onehot": onehot, "scores": scores, "yes": yes, "chances": chances, "severalYes": several_yes,
    "several": several, "real": real, "guess": guess, "whole": whole, "wholeGuess": whole_guess, "weights": weights,
    "pixels": pixels, "pixelGuess": pixel_guess,
}


def camel(name):
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


# class, targets, predictions, options of Keras
families = [
    ("Accuracy", "whole", "wholeGuess", {}),
    ("BinaryAccuracy", "yes", "chances", {}),
    ("BinaryAccuracy", "severalYes", "several", {"threshold": 0.3}),
    ("CategoricalAccuracy", "onehot", "scores", {}),
    ("SparseCategoricalAccuracy", "labels", "scores", {}),
    ("TopKCategoricalAccuracy", "onehot", "scores", {"k": 2}),
    ("SparseTopKCategoricalAccuracy", "labels", "scores", {"k": 2}),
    ("MeanSquaredError", "real", "guess", {}),
    ("RootMeanSquaredError", "real", "guess", {}),
    ("MeanAbsoluteError", "real", "guess", {}),
    ("R2Score", "real", "guess", {}),
    ("R2Score", "real", "guess", {"class_aggregation": "variance_weighted_average"}),
    ("R2Score", "real", "guess", {"class_aggregation": None}),
    ("R2Score", "real", "guess", {"num_regressors": 3}),
    *[(name, *pair, options) for name in ("Precision", "Recall") for *pair, options in [
        ("yes", "chances", {}), ("yes", "chances", {"thresholds": 0.3}), ("severalYes", "several", {"thresholds": [0.2, 0.7]}),
        ("onehot", "scores", {"top_k": 2}), ("onehot", "scores", {"class_id": 1}),
        ("onehot", "scores", {"top_k": 2, "class_id": 2}),
    ]],
    *[("FBetaScore", "onehot", "scores", {"beta": 2.0, "average": average}) for average in (None, "micro", "macro", "weighted")],
    ("FBetaScore", "severalYes", "several", {"beta": 0.5, "threshold": 0.4, "average": "macro"}),
    *[("F1Score", "onehot", "scores", {"average": average}) for average in (None, "micro", "macro", "weighted")],
    *[("AUC", "yes", "chances", {"curve": curve, "summation_method": method})
      for curve in ("ROC", "PR") for method in ("interpolation", "minoring", "majoring")],
    ("AUC", "yes", "chances", {"num_thresholds": 7}),
    ("AUC", "yes", "chances", {"thresholds": [0.1, 0.25, 0.6]}),
    ("AUC", "severalYes", "several", {}),
    ("AUC", "severalYes", "several", {"multi_label": True}),
    ("AUC", "severalYes", "several", {"multi_label": True, "curve": "PR"}),
    ("AUC", "real", "guess", {"from_logits": True}),
    ("MeanIoU", "pixels", "pixelGuess", {"num_classes": 3}),
    ("MeanIoU", "pixels", "pixelGuess", {"num_classes": 4, "ignore_class": 1}),
    ("MeanIoU", "labels", "scores", {"num_classes": 4, "sparse_y_pred": False}),
]


def of_keras(name, y_true, y_pred, options, weighted):
    targets = arrays[y_true] > 0 if name == "AUC" and y_true == "real" else arrays[y_true]
    metric = getattr(m, name)(**options, **({"dtype": "float32"} if name == "MeanIoU" else {}))
    for part in (slice(0, 15), slice(15, n)):
        weight = weights[part] if weighted else None
        if weighted and name == "MeanIoU" and y_pred == "pixelGuess":
            weight = np.repeat(weight, 4).reshape(-1, 2, 2)
        metric.update_state(targets[part].astype("float32") if name == "AUC" else targets[part], arrays[y_pred][part], sample_weight=weight)
    return {
        "class": name, "yTrue": y_true, "yPred": y_pred, "options": {camel(k): v for k, v in options.items()},
        "weighted": weighted, "value": numbers(metric.result()),
    }


cases = [of_keras(*family, weighted) for family in families for weighted in (False, True)]
predicted = scores.argmax(-1)
for name, f in [("Precision", sk.precision_score), ("Recall", sk.recall_score), ("F1Score", sk.f1_score)]:
    for average in ("micro", "macro", "weighted", None):
        for weighted in (False, True):
            value = f(labels, predicted, average=average, sample_weight=weights if weighted else None)
            given = "none" if average is None and name != "F1Score" else average
            cases.append({
                "class": name, "yTrue": "labels", "yPred": "scores", "options": {"average": given}, "weighted": weighted,
                "value": numbers(value),
            })
for weighted in (False, True):
    matrix = sk.confusion_matrix(labels, predicted, sample_weight=weights if weighted else None)
    cases.append({
        "class": "ConfusionMatrix", "yTrue": "labels", "yPred": "scores", "options": {}, "weighted": weighted,
        "value": numbers(matrix),
    })


def report(y_true, y_pred, names=None, digits=2, weight=None):
    text = sk.classification_report(
        y_true, y_pred, labels=None if names is None else range(len(names)), target_names=names, digits=digits,
        sample_weight=weight, zero_division=0,
    )
    options = {"labels": names, "digits": digits, "sampleWeight": None if weight is None else list(weight)}
    return {"yTrue": list(map(int, y_true)), "yPred": list(map(int, y_pred)), "options": options, "text": text}


reports = [
    report(labels, predicted),
    report(labels, predicted, ["setosa", "versicolor", "virginica", "a very long name"], 3),
    report([0, 1, 1, 0, 1], [0, 1, 0, 0, 1], ["cat", "dog"], 4),
    report([0, 2, 2, 3], [0, 0, 2, 3]),
    report([0, 1, 1], [0, 0, 0]),
    report([0, 0, 0, 0, 0, 0, 0, 0, 1], [0, 1, 1, 1, 1, 1, 1, 1, 0]),
    report([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1], [0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0], ["a", "b"]),
    report([0, 1, 1, 0], [0, 1, 0, 0], None, 2, [1.0, 0.5, 2.0, 0.25]),
    report([0, 1, 2], [0, 1, 1], ["x", "y", "z", "never"], 2),
]
meta = {"keras": keras.__version__, "sklearn": sklearn.__version__, "numpy": np.__version__}
lines = lambda items: ",\n".join(f" {json.dumps(item)}" for item in items)
exact = json.dumps({key: numbers(value) for key, value in arrays.items()})
print(f'{{\n"meta": {json.dumps(meta)},\n"arrays": {exact},\n"cases": [\n{lines(cases)}\n],\n"reports": [\n{lines(reports)}\n]\n}}')
