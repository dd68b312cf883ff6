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
        if "attention_mask" in options:
            options["attention_mask"] = options["attention_mask"][0]
        for leaf, m in zip(leaves, flat(mask) if mask is not None else []):
            keras.src.backend.set_keras_mask(leaf, torch.tensor(m))
        if "training" in layer._call_signature.parameters:
            options["training"] = training
        several = is_list and not isinstance(layer, keras.layers.MultiHeadAttention)  # which takes them one by one
        y = layer(leaves, **options) if several else layer(*leaves, **options)
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

bits = np.array([[True, True, False], [True, False, False]])
case("ReLU", k.ReLU(), (3, 4))
case("ReLU, bent", k.ReLU(max_value=1.0, negative_slope=0.2, threshold=0.3), (3, 4))
case("LeakyReLU", k.LeakyReLU(negative_slope=0.1), (3, 4))
case("PReLU", k.PReLU(), (3, 4))
case("PReLU, shared", k.PReLU(shared_axes=[1]), (3, 4, 2))
case("ELU", k.ELU(alpha=0.7), (3, 4))
case("Softmax", k.Softmax(), (3, 4))
case("Softmax, axis 1", k.Softmax(axis=1), (2, 3, 2))
case("Softmax, two axes", k.Softmax(axis=[1, 2]), (2, 3, 2))
case("Softmax, masked", k.Softmax(), (2, 3), mask=bits)
case("SpatialDropout1D in use", k.SpatialDropout1D(0.5), (2, 3, 2))
case("SpatialDropout2D in use", k.SpatialDropout2D(0.5), (2, 2, 2, 2))
case("GaussianNoise in use", k.GaussianNoise(0.5), (2, 3))
case("GaussianDropout in use", k.GaussianDropout(0.5), (2, 3))
case("Reshape", k.Reshape((2, -1)), (2, 6))
case("Permute", k.Permute((3, 1, 2)), (2, 2, 3, 4))
case("RepeatVector", k.RepeatVector(3), (2, 2))
case("Masking", k.Masking(mask_value=1.5), np.array([[[1.0, 2.0], [1.5, 1.5], [1.5, 2.0]]]))
for merge in (k.Add, k.Multiply, k.Average, k.Maximum, k.Minimum):
    case(merge.__name__, merge(), [(2, 3), (2, 3), (2, 3)])
case("Subtract", k.Subtract(), [(2, 3), (2, 3)])
case("Add, broadcast", k.Add(), [(2, 3, 4), (2, 4)])
case("Add, masked", k.Add(), [(2, 3, 2), (2, 3, 2)], mask=[bits, ~bits])
case("Concatenate", k.Concatenate(), [(2, 3), (2, 1)])
case("Concatenate, axis 1", k.Concatenate(axis=1), [(2, 3, 2), (2, 1, 2)])
case("Concatenate, masked", k.Concatenate(axis=1), [(2, 3, 2), (2, 3, 2)], mask=[bits, ~bits])
case("Dot, vectors", k.Dot(1), [(3, 4), (3, 4)])
case("Dot, matrices", k.Dot((2, 1)), [(2, 3, 4), (2, 4, 5)])
case("Dot, cosines", k.Dot(-1, normalize=True), [(2, 3, 4), (2, 5, 4)])
case("Rescaling", k.Rescaling(0.5, offset=-1.0), (2, 3))
case("Normalization", k.Normalization(), (3, 4))
case("Normalization, axes", k.Normalization(axis=(1, 2)), (3, 2, 2))
case("Normalization, given and inverted", k.Normalization(mean=[1.0, 2.0], variance=[4.0, 0.5], invert=True), (3, 2))
case("CategoryEncoding", k.CategoryEncoding(4), np.array([[0, 2], [3, 3]]))
case("CategoryEncoding, one hot", k.CategoryEncoding(4, output_mode="one_hot"), np.array([[0], [3]]))
case("CategoryEncoding, one hot of rows", k.CategoryEncoding(4, output_mode="one_hot"), np.array([[0, 1], [3, 2]]))
case("CategoryEncoding, count", k.CategoryEncoding(4, output_mode="count"), np.array([[0, 2], [3, 3]]))

# Convolutions and pooling
l2 = keras.regularizers.L2(0.1)
case("Conv1D", k.Conv1D(3, 2), (2, 5, 2))
case("Conv1D, causal, dilated, relu", k.Conv1D(2, 3, padding="causal", dilation_rate=2, activation="relu"), (2, 6, 2))
case("Conv1D, same, strides, groups", k.Conv1D(4, 3, strides=2, padding="same", groups=2, use_bias=False), (2, 6, 4))
case("Conv2D", k.Conv2D(3, (2, 3)), (2, 4, 5, 2))
case("Conv2D, same, strides, relu", k.Conv2D(2, 3, strides=2, padding="same", activation="relu"), (1, 6, 5, 2))
case("Conv2D, dilated, groups, l2", k.Conv2D(4, 2, dilation_rate=(2, 1), groups=2, kernel_regularizer=l2, bias_regularizer="l1"), (2, 4, 4, 2))
case("Conv2D, tanh, activity, of one pixel", k.Conv2D(2, 1, activation="tanh", activity_regularizer=l2), (2, 2, 3, 3))
case("DepthwiseConv2D", k.DepthwiseConv2D(2), (2, 4, 3, 3))
case("DepthwiseConv2D, same, strides, two kernels", k.DepthwiseConv2D(3, strides=(2, 2), padding="same", depth_multiplier=2, activation="tanh", depthwise_regularizer=l2), (1, 5, 4, 2))
case("DepthwiseConv2D, dilated, without a bias", k.DepthwiseConv2D((2, 1), dilation_rate=(2, 1), use_bias=False), (1, 4, 2, 5))
case("SeparableConv2D", k.SeparableConv2D(3, 2), (2, 3, 4, 2))
case("SeparableConv2D, same, strides, two kernels", k.SeparableConv2D(2, 3, strides=2, padding="same", depth_multiplier=2, activation="relu", pointwise_regularizer=l2), (1, 5, 4, 2))
case("Conv1DTranspose", k.Conv1DTranspose(2, 3), (2, 3, 2))
case("Conv1DTranspose, same, strides, relu", k.Conv1DTranspose(2, 3, strides=2, padding="same", activation="relu"), (2, 3, 2))
case("Conv1DTranspose, strides larger than the kernel", k.Conv1DTranspose(1, 2, strides=3, use_bias=False), (1, 3, 2))
case("Conv2DTranspose", k.Conv2DTranspose(2, (2, 3)), (1, 2, 3, 3))
case("Conv2DTranspose, same, strides, even kernel", k.Conv2DTranspose(2, 4, strides=2, padding="same", activation="tanh"), (1, 3, 2, 2))
case("Conv2DTranspose, output padding", k.Conv2DTranspose(1, 3, strides=(2, 3), output_padding=1, kernel_regularizer=l2), (1, 2, 2, 2))
case("Conv2DTranspose, same, output padding", k.Conv2DTranspose(1, 3, strides=2, padding="same", output_padding=1), (1, 2, 3, 2))
case("Conv2DTranspose, dilated", k.Conv2DTranspose(1, 2, dilation_rate=2), (1, 2, 3, 2))
case("MaxPooling1D", k.MaxPooling1D(), (2, 5, 2))
case("MaxPooling1D, same, strides", k.MaxPooling1D(3, strides=2, padding="same"), (2, 5, 2))
case("MaxPooling2D", k.MaxPooling2D(), (2, 5, 4, 2))
case("MaxPooling2D, overlapping", k.MaxPooling2D((3, 2), strides=1), (1, 4, 4, 3))
case("MaxPooling2D, same", k.MaxPooling2D(3, strides=2, padding="same"), (1, 5, 4, 5))
case("AveragePooling1D", k.AveragePooling1D(2), (2, 5, 2))
# Where the zeros are not the same on both sides, Keras's torch back end averages copies of the border, unlike TensorFlow
case("AveragePooling1D, same, strides", k.AveragePooling1D(3, strides=2, padding="same"), (2, 5, 2))
case("AveragePooling2D", k.AveragePooling2D((2, 1)), (2, 5, 3, 2))
case("AveragePooling2D, same, overlapping", k.AveragePooling2D(3, strides=1, padding="same"), (1, 3, 4, 2))
case("GlobalMaxPooling1D", k.GlobalMaxPooling1D(), (2, 4, 3))
case("GlobalMaxPooling2D", k.GlobalMaxPooling2D(keepdims=True), (2, 2, 3, 2))
case("GlobalAveragePooling1D", k.GlobalAveragePooling1D(keepdims=True), (2, 4, 3))
case("GlobalAveragePooling1D, masked", k.GlobalAveragePooling1D(), (2, 3, 2), mask=np.array([[True, True, False], [True, False, False]]))
case("GlobalAveragePooling2D", k.GlobalAveragePooling2D(), (2, 2, 3, 2))
case("ZeroPadding1D", k.ZeroPadding1D((1, 2)), (2, 3, 2))
case("ZeroPadding2D", k.ZeroPadding2D(((1, 0), (2, 1))), (2, 2, 2, 2))
case("ZeroPadding2D, symmetric", k.ZeroPadding2D((1, 2)), (1, 2, 2, 1))
case("UpSampling1D", k.UpSampling1D(3), (2, 2, 2))
case("UpSampling2D", k.UpSampling2D((2, 3)), (1, 2, 2, 2))
case("UpSampling2D, bilinear", k.UpSampling2D((2, 3), interpolation="bilinear"), (2, 3, 2, 2))

# Normalization, embeddings, recurrent layers, attention
words = np.array([[3, 0, 1], [2, 2, 0]])
some = np.array([[True, True, False, True], [False, True, True, False]])
l2 = keras.regularizers.L2(0.1)
case("Embedding", k.Embedding(4, 3), words)
case("Embedding, masking zeros, with a penalty", k.Embedding(4, 2, mask_zero=True, embeddings_regularizer=l2), words)
case("BatchNormalization in use", k.BatchNormalization(), (5, 3))
case("BatchNormalization in training", k.BatchNormalization(momentum=0.9, epsilon=0.01), (5, 3), training=True)
case("BatchNormalization of images, without gamma", k.BatchNormalization(scale=False, beta_regularizer=l2), (2, 2, 3, 4), training=True)
case("BatchNormalization along axis 1, without beta", k.BatchNormalization(axis=1, center=False, gamma_regularizer=l2), (3, 2, 4), training=True)
case("BatchNormalization with a mask", k.BatchNormalization(), (2, 4, 3), training=True, mask=some)
case("BatchNormalization, frozen", k.BatchNormalization(trainable=False), (5, 3), training=True)
case("LayerNormalization", k.LayerNormalization(), (2, 3, 4))
case("LayerNormalization of two axes", k.LayerNormalization(axis=[1, 2], epsilon=0.1), (2, 3, 4))
case("LayerNormalization without gamma and beta", k.LayerNormalization(center=False, scale=False), (2, 5))
case("LayerNormalization with penalties", k.LayerNormalization(gamma_regularizer=l2, beta_regularizer=l2), (2, 3, 4))
case("RMSNormalization", k.RMSNormalization(), (2, 3, 4))
case("RMSNormalization of two axes", k.RMSNormalization(axis=[1, 2], epsilon=0.1), (2, 3, 4))
case("GroupNormalization", k.GroupNormalization(2), (2, 3, 4))
case("GroupNormalization along axis 1", k.GroupNormalization(3, axis=1, epsilon=0.1, scale=False), (2, 6, 2))
case("GroupNormalization, one for each feature", k.GroupNormalization(-1, center=False), (2, 5, 3))
case("UnitNormalization", k.UnitNormalization(), (2, 3, 4))
case("UnitNormalization of two axes", k.UnitNormalization(axis=[1, 2]), (2, 3, 4))
for cell in [k.SimpleRNN, k.LSTM, k.GRU]:
    kind = cell.__name__
    states = 2 if kind == "LSTM" else 1
    case(kind, cell(3), (2, 4, 2))
    case(f"{kind} with sequences and states", cell(3, return_sequences=True, return_state=True), (2, 4, 2))
    case(f"{kind} backwards, without a bias", cell(3, go_backwards=True, return_sequences=True, use_bias=False), (2, 4, 2))
    case(f"{kind} with initial states", cell(3, return_state=True), (2, 4, 2), initial_state=[(2, 3)] * states)
    case(f"{kind} with a mask", cell(3, return_sequences=True, return_state=True), (2, 4, 2), mask=some)
    case(f"{kind} with a mask, the last output", cell(3, go_backwards=True), (2, 4, 2), mask=some)
    case(f"{kind} with a mask and zeros for it", cell(3, return_sequences=True, zero_output_for_mask=True), (2, 4, 2), mask=some)
    case(f"{kind}, relu", cell(3, activation="relu"), (2, 4, 2))
    case(f"{kind} with an activation without formulas", cell(3, activation="elu", return_sequences=True), (2, 4, 2), mask=some)
    case(f"{kind} with penalties", cell(3, kernel_regularizer=l2, recurrent_regularizer=l2, bias_regularizer=l2), (2, 4, 2))
for cell in [k.LSTM, k.GRU]:
    case(f"{cell.__name__}, hard gates", cell(3, recurrent_activation="hard_sigmoid", return_sequences=True), (2, 4, 2))
case("LSTM without unitForgetBias", k.LSTM(2, unit_forget_bias=False), (2, 3, 2))
case("GRU, the reset before", k.GRU(3, reset_after=False, return_sequences=True), (2, 4, 2))
case("GRU, the reset before, with a mask", k.GRU(3, reset_after=False, return_sequences=True, return_state=True), (2, 4, 2), mask=some)
for mode in ["concat", "sum", "mul", "ave", None]:
    case(f"Bidirectional, {mode}", k.Bidirectional(k.GRU(2, return_sequences=True), merge_mode=mode), (2, 4, 3))
case("Bidirectional, the last outputs and states", k.Bidirectional(k.LSTM(2, return_state=True)), (2, 4, 3), initial_state=[(2, 2)] * 4)
case("Bidirectional with a mask", k.Bidirectional(k.LSTM(2, return_sequences=True)), (2, 4, 3), mask=some)
case("Bidirectional with a mask, the last outputs", k.Bidirectional(k.SimpleRNN(2)), (2, 4, 3), mask=some)
case("Bidirectional of two kinds", k.Bidirectional(k.LSTM(2), backward_layer=k.GRU(2, go_backwards=True)), (2, 4, 3))
case("TimeDistributed", k.TimeDistributed(k.Dense(2, activation="tanh")), (2, 4, 3))
case("TimeDistributed with a mask", k.TimeDistributed(k.LayerNormalization()), (2, 4, 3), mask=some)
case("Attention", k.Attention(), [(2, 3, 4), (2, 5, 4)])
case("Attention with keys and a scale", k.Attention(use_scale=True), [(2, 3, 4), (2, 5, 2), (2, 5, 4)])
case("Attention, concat", k.Attention(score_mode="concat", use_scale=True), [(2, 3, 4), (2, 5, 4)])
case("Attention with masks", k.Attention(), [(2, 3, 4), (2, 4, 4)], mask=[np.array([[True, True, False], [True, False, True]]), some])
case("Attention, causal", k.Attention(), [(2, 4, 3), (2, 4, 3)], use_causal_mask=True)
case("Attention, causal, with masks and scores", k.Attention(), [(2, 4, 3), (2, 4, 3)], mask=[np.ones((2, 4), bool), np.array([[True, True, False, True], [True, True, True, False]])], use_causal_mask=True, return_attention_scores=True)
case("MultiHeadAttention", k.MultiHeadAttention(2, 3), [(2, 4, 5), (2, 6, 5)])
case("MultiHeadAttention of other sizes", k.MultiHeadAttention(2, 3, value_dim=4, output_shape=6, use_bias=False), [(2, 4, 5), (2, 3, 2), (2, 3, 7)])
case("MultiHeadAttention, causal", k.MultiHeadAttention(2, 3), [(2, 4, 5), (2, 4, 5)], use_causal_mask=True)
case("MultiHeadAttention with a mask of its own", k.MultiHeadAttention(2, 3), [(1, 2, 5), (1, 3, 5)], attention_mask=[np.array([[[True, False, True], [False, True, True]]])])
case("MultiHeadAttention with masks", k.MultiHeadAttention(2, 3, kernel_regularizer=l2, bias_regularizer=l2), [(2, 4, 5), (2, 4, 5)], mask=[np.ones((2, 4), bool), some])
case("MultiHeadAttention with scores", k.MultiHeadAttention(2, 3), [(2, 4, 5), (2, 4, 5)], return_attention_scores=True)

versions = {"keras": keras.version(), "torch": torch.__version__}
lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in cases.items())
path = os.path.join(os.path.dirname(__file__), "keras-layers.json")
with open(path, "w") as file:
    file.write(f'{{"versions": {json.dumps(versions)}, "cases": {{\n{lines}\n}}}}\n')
