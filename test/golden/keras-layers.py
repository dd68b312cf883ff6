"""Numbers of Keras 3 for every layer: outputs, masks, gradients, moving statistics, ten training steps.

    KERAS_BACKEND=torch python keras-layers.py        # writes keras-layers.json; tried with keras 3.15.0, torch 2.13.0

A new layer is a line `case(...)` at the end. `test/layers/keras.test.ts` makes each layer from its configuration and compares.
All in float64. Options:

    case(name, layer, *inputs, training=False, mask=None, **call)

Inputs are shapes (drawn from a seeded normal distribution) or arrays; integer arrays have no gradients. `mask` is an array, or a list of
them for a list of inputs; `call` holds further arguments of the call, such as initial_state. A layer that takes a list gets `[a, b]`.
"""

import json
import os
import zlib

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras
import numpy as np
import torch

keras.config.set_floatx("float64")
cases = {}


def numbers(x):
    """An array as { shape, data }; whole numbers and booleans keep their kind in `dtype`."""
    if torch.is_tensor(x):
        x = x.detach().cpu().numpy()
    x = np.asarray(x)
    data = [float(f"{v:.9g}") for v in x.astype("float64").ravel()]
    entry = {"shape": list(x.shape), "data": [int(v) if v == int(v) else v for v in data]}
    if x.dtype.kind in "iub":
        entry["dtype"] = "bool" if x.dtype.kind == "b" else "int32"
    return entry


def tensors(xs):
    return [numbers(x) for x in xs]


def drawn(random, x):
    return random.normal(size=x) if isinstance(x, tuple) else np.asarray(x)


def flat(x):
    return list(x) if isinstance(x, (list, tuple)) else [x]


def as_tensor(x):
    tensor = torch.tensor(x)
    return tensor.requires_grad_() if tensor.dtype == torch.float64 else tensor


def set_weights(random, layer):
    for w in layer.weights:
        value = random.normal(size=w.shape) * 0.5
        w.assign(np.abs(value) + 0.5 if "variance" in w.name else value)


def loss_of(ys, targets):
    return sum(((y - t) ** 2).mean() for y, t in zip(ys, targets))


def case(name, layer, *inputs, training=False, mask=None, steps=True, **call):
    random = np.random.default_rng(zlib.crc32(name.encode()))
    is_list = len(inputs) == 1 and isinstance(inputs[0], list)
    xs = [drawn(random, x) for x in (inputs[0] if is_list else inputs)]
    call = {k: [drawn(random, v) for v in value] if isinstance(value, list) else value for k, value in call.items()}

    def run(training):
        leaves = [as_tensor(x) for x in xs]
        options = {k: [as_tensor(v) for v in value] if isinstance(value, list) else value for k, value in call.items()}
        for leaf, m in zip(leaves, flat(mask) if mask is not None else []):
            keras.src.backend.set_keras_mask(leaf, torch.tensor(m))
        if "training" in layer._call_signature.parameters:
            options["training"] = training
        y = layer(leaves if is_list else leaves[0], **options)
        return leaves, flat(y)

    run(False)
    set_weights(random, layer)
    entry = {"class": type(layer).__name__, "config": layer.get_config(), "training": training}
    entry["inputs"] = tensors(xs)
    entry["isList"] = is_list
    if mask is not None:
        entry["mask"] = tensors(flat(mask))
    entry["call"] = {k: tensors(v) if isinstance(v, list) else v for k, v in call.items()}
    entry["weights"] = tensors([w.numpy() for w in layer.weights])
    start = [w.numpy().copy() for w in layer.weights]

    leaves, ys = run(training)
    entry["outputs"] = tensors(ys)
    masks = [keras.src.backend.get_keras_mask(y) for y in ys]
    entry["masks"] = [None if m is None else numbers(m) for m in masks]
    targets = [torch.tensor(random.normal(size=tuple(y.shape))) for y in ys]
    if any(y.requires_grad for y in ys):
        entry["targets"] = tensors(targets)
        loss = loss_of(ys, targets) + sum(layer.losses)
        trained = [w.value for w in layer.trainable_weights]
        floats = [leaf for leaf in leaves if leaf.requires_grad]
        gradients = torch.autograd.grad(loss, floats + trained, allow_unused=True)
        gradients = [torch.zeros_like(x) if g is None else g for g, x in zip(gradients, floats + trained)]
        entry["loss"] = float(loss.detach())
        entry["inputGradients"] = tensors(gradients[: len(floats)])
        entry["weightGradients"] = tensors(gradients[len(floats) :])
    after = [w.numpy() for w in layer.weights]
    if any(not np.array_equal(a, b) for a, b in zip(start, after)):
        entry["after"] = tensors(after)
    if steps and layer.trainable_weights:
        entry["losses"] = train(layer, run, start, targets)
    cases[name] = entry


def train(layer, run, start, targets):
    """The losses of ten steps of gradient descent, each before its step."""
    for w, value in zip(layer.weights, start):
        w.assign(value)
    losses = []
    for _ in range(10):
        _, ys = run(True)
        loss = loss_of(ys, targets) + sum(layer.losses)
        losses.append(float(f"{float(loss.detach()):.9g}"))
        trained = [w.value for w in layer.trainable_weights]
        gradients = torch.autograd.grad(loss, trained)
        for w, g in zip(layer.trainable_weights, gradients):
            w.assign(w.value.detach() - 0.1 * g)
    return losses


k = keras.layers

case("Dense", k.Dense(3), (2, 4))
case("Dense, tanh, without a bias, on rows of rows", k.Dense(2, activation="tanh", use_bias=False), (2, 3, 4))
case("Dense, l2 and l1 and activity", k.Dense(2, kernel_regularizer="l2", bias_regularizer=keras.regularizers.L1(0.1), activity_regularizer=keras.regularizers.L1L2(0.01, 0.2)), (3, 2))
case("Dense, orthogonal rows", k.Dense(3, kernel_regularizer=keras.regularizers.OrthogonalRegularizer(0.3)), (3, 2))
case("Dense, orthogonal columns", k.Dense(3, kernel_regularizer=keras.regularizers.OrthogonalRegularizer(0.3, mode="columns")), (3, 4))
case("Dense, masked", k.Dense(2), (2, 3, 2), mask=np.array([[True, True, False], [True, False, False]]))
case("Flatten", k.Flatten(), (2, 3, 2))
case("Dropout in use", k.Dropout(0.5), (2, 3))
case("Activation", k.Activation("softmax"), (2, 3))

# Convolutions and pooling

# Normalization, embeddings, recurrent layers, attention

versions = {"keras": keras.version(), "torch": torch.__version__}
lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in cases.items())
path = os.path.join(os.path.dirname(__file__), "keras-layers.json")
with open(path, "w") as file:
    file.write(f'{{"versions": {json.dumps(versions)}, "cases": {{\n{lines}\n}}}}\n')
