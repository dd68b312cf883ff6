"""
Makes keras-losses.json: losses and their gradients as Keras computes them; of losses that Keras does not have, as PyTorch does.
Run: KERAS_BACKEND=torch python keras-losses.py > keras-losses.json
"""

import json

import keras
import numpy as np
import torch

random = np.random.default_rng(0)
k = keras.losses


def numbers(x, digits=7):
    return np.asarray(x.detach() if torch.is_tensor(x) else x, dtype=np.float64).round(digits).tolist()


arrays = []


def index(x):
    """The index of an array among all: many cases have the same."""
    if numbers(x, 9) not in arrays:
        arrays.append(numbers(x, 9))
    return arrays.index(numbers(x, 9))


def normal(*shape, scale=2.0):
    return (random.normal(size=shape) * scale).astype("float32")


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return (e / e.sum(-1, keepdims=True)).astype("float32")


def sigmoid(x):
    return (1 / (1 + np.exp(-x))).astype("float32")


def onehot(labels, classes=4):
    return np.eye(classes, dtype="float32")[labels]


logits, column = normal(5, 4), normal(6, 1)
labels = np.array([0, 3, 1, 2, 3])
soft = (onehot(labels) * 0.9 + 0.025).astype("float32")
yes = np.array([[0], [1], [1], [0], [1], [0]], dtype="float32")
several_yes, several = random.integers(0, 2, size=(5, 3)).astype("float32"), normal(5, 3)
real, predicted = normal(5, 3), normal(5, 3)
weights = np.array([0.5, 2, 0, 1, 1.5], dtype="float32")
steps_labels, steps = np.array([[0, 2, 1], [3, 1, 1]]), normal(2, 3, 4)
step_weights = np.array([[1, 0.5, 0], [2, 1, 1]], dtype="float32")
counts = random.integers(0, 5, size=(5, 3)).astype("float32")

# name, class, targets, predictions, options of Keras
families = {
    "meanSquaredError": (k.MeanSquaredError, real, predicted),
    "meanAbsoluteError": (k.MeanAbsoluteError, real, predicted),
    "meanAbsolutePercentageError": (k.MeanAbsolutePercentageError, real, predicted),
    "meanSquaredLogarithmicError": (k.MeanSquaredLogarithmicError, np.abs(real), predicted),
    "huber": (k.Huber, real, predicted, {"delta": 0.5}),
    "logCosh": (k.LogCosh, real, predicted),
    "sparseCategoricalCrossentropy": (
        k.SparseCategoricalCrossentropy, labels, logits, {"from_logits": True}, {"from_logits": True, "ignore_class": 3},
    ),
    "categoricalCrossentropy": (
        k.CategoricalCrossentropy, soft, logits, {"from_logits": True}, {"from_logits": True, "label_smoothing": 0.1},
        {"from_logits": True, "axis": 0},
    ),
    "binaryCrossentropy": (
        k.BinaryCrossentropy, several_yes, several, {"from_logits": True}, {"from_logits": True, "label_smoothing": 0.2},
        {"from_logits": True, "axis": 0},
    ),
    "binaryFocalCrossentropy": (
        k.BinaryFocalCrossentropy, several_yes, several, {"from_logits": True},
        {"from_logits": True, "gamma": 1.5, "alpha": 0.3, "apply_class_balancing": True, "label_smoothing": 0.1},
    ),
    "categoricalFocalCrossentropy": (
        k.CategoricalFocalCrossentropy, soft, logits, {"from_logits": True},
        {"from_logits": True, "gamma": 3.0, "alpha": [0.1, 0.2, 0.3, 0.4], "label_smoothing": 0.1},
    ),
    "klDivergence": (k.KLDivergence, soft, softmax(logits)),
    "poisson": (k.Poisson, counts, np.abs(predicted) + 0.1),
    "hinge": (k.Hinge, several_yes, several),
    "squaredHinge": (k.SquaredHinge, several_yes * 2 - 1, several),
    "categoricalHinge": (k.CategoricalHinge, onehot(labels), logits),
    "cosineSimilarity": (k.CosineSimilarity, real, predicted, {"axis": 0}),
    "dice": (k.Dice, several_yes, sigmoid(several), {"axis": 1}),
}
more = {
    "sparseCategoricalCrossentropy of probabilities": (k.SparseCategoricalCrossentropy, labels, softmax(logits), {"from_logits": False}),
    "categoricalCrossentropy of probabilities": (k.CategoricalCrossentropy, soft, softmax(logits), {"from_logits": False}),
    "binaryCrossentropy of probabilities": (k.BinaryCrossentropy, yes, sigmoid(column), {"from_logits": False}),
    "binaryFocalCrossentropy of probabilities": (k.BinaryFocalCrossentropy, yes, sigmoid(column), {"from_logits": False}),
    "categoricalFocalCrossentropy of probabilities": (
        k.CategoricalFocalCrossentropy, soft, softmax(logits), {"from_logits": False},
    ),
    "hinge of -1 and 1": (k.Hinge, several_yes * 2 - 1, several, {}),
    "meanSquaredError of columns": (k.MeanSquaredError, yes, column, {}),
}


def camel(name):
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def case(name, loss, args, options, weight=None, wrt=1):
    """One call: `loss` of torch tensors, and the gradient of its sum with respect to one argument."""
    tensors = [torch.tensor(a, requires_grad=i == wrt) for i, a in enumerate(args)]
    value = loss(*tensors)
    value.sum().backward()
    given = {camel(key): option for key, option in options.items()}
    if weight is not None:
        given["sampleWeight"] = numbers(weight)
    return {
        "name": name,
        "args": [index(a) for a in args],
        "options": given,
        "value": numbers(value),
        "wrt": wrt,
        "gradient": numbers(tensors[wrt].grad),
    }


def of_keras(title, make, y_true, y_pred, options, weight=None):
    name = title.split(" ")[0]
    loss = make(**options)
    return case(name, lambda t, p: loss(t, p, sample_weight=weight), [y_true, y_pred], options, weight)


cases = {}
for title, (make, y_true, y_pred, *options) in families.items():
    for given in options or [{}]:
        about = " ".join(str(v) for key, v in given.items() if key != "from_logits")
        cases[f"{title} {about}".strip()] = of_keras(title, make, y_true, y_pred, given)
    first = {key: v for key, v in (options or [{}])[0].items() if key != "axis"}
    # With axis=None dice is one number, which no reduction changes
    own = {**first, "axis": 1} if title == "dice" else first
    for reduction in ["sum", "none", "mean", "mean_with_sample_weight", "sum_over_batch_size"]:
        for weight in [None, weights]:
            if weight is None and reduction in ("mean_with_sample_weight", "sum_over_batch_size"):
                continue
            about = f"{title}, {reduction}{', weighted' if weight is not None else ''}"
            cases[about] = of_keras(title, make, y_true, y_pred, {**own, "reduction": reduction}, weight)
for title, (make, y_true, y_pred, options) in more.items():
    cases[title] = of_keras(title, make, y_true, y_pred, options)
sparse = {"from_logits": True}
for title, weight in [("steps", None), ("weighted steps", step_weights)]:
    for reduction in ["sum_over_batch_size", "none"]:
        cases[f"sparseCategoricalCrossentropy, {reduction}, {title}"] = of_keras(
            "sparseCategoricalCrossentropy", k.SparseCategoricalCrossentropy, steps_labels, steps,
            {**sparse, "reduction": reduction}, weight,
        )
cases["sparseCategoricalCrossentropy, classes in the middle"] = of_keras(
    "sparseCategoricalCrossentropy", k.SparseCategoricalCrossentropy, steps_labels, steps.swapaxes(1, 2).copy(),
    {**sparse, "axis": 1},
)

f = torch.nn.functional
anchor, positive, negative, variance = normal(5, 3), normal(5, 3), normal(5, 3), np.abs(normal(5, 3)) + 0.1
for reduction in ["mean", "sum", "none"]:
    for options in [{}, {"margin": 2.0, "p": 3.0, "swap": True}]:
        cases[f"tripletMargin, {reduction}{', swapped' if options else ''}"] = case(
            "tripletMargin",
            lambda a, p, n: f.triplet_margin_loss(a, p, n, reduction=reduction, **options),
            [anchor, positive, negative], {"reduction": reduction, **options}, wrt=0,
        )
for wrt in [1, 2]:
    for title, var in [("", variance), (" per example", variance[:, :1])]:
        cases[f"gaussianNLL{title}, of argument {wrt}"] = case(
            "gaussianNLL",
            lambda t, p, v: f.gaussian_nll_loss(p, t, v, full=True),
            [real, predicted, var], {"full": True}, wrt=wrt,
        )
small = variance.copy()
small[0] = 0
cases["gaussianNLL of no variance"] = case(
    "gaussianNLL", lambda t, p, v: f.gaussian_nll_loss(p, t, v, eps=0.01), [real, predicted, small],
    {"epsilon": 0.01}, wrt=2,
)

meta = {"keras": keras.__version__, "torch": torch.__version__, "numpy": np.__version__}
lines = ",\n".join(f" {json.dumps(title)}: {json.dumps(value)}" for title, value in cases.items())
print(f'{{\n"meta": {json.dumps(meta)},\n"arrays": {json.dumps(arrays)},\n"cases": {{\n{lines}\n}}\n}}')
