"""Makes torch-tensor.json: values and gradients of tensor operations at ordinary and at special points, from PyTorch and NumPy.

Each case: the operation (the test maps it to a call), its inputs, its arguments, the result, and the gradients of the result's sum
weighted with 1, 2, 3, … with respect to the inputs. Numbers that JSON lacks are strings.

Run: python torch-tensor.py > torch-tensor.json
"""

import json
import math

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
inf, nan = math.inf, math.nan
special = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, -3.0, 6.0, 40.0, -40.0, 1e4, -1e4, inf, -inf, nan]
cases = []


def encode(value):
    if isinstance(value, (list, tuple)):
        return [encode(v) for v in value]
    if isinstance(value, bool) or value is None or isinstance(value, (int, str)):
        return value
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return "-0" if value == 0 and math.copysign(1, value) < 0 else value


def case(op, f, inputs, args=(), gradient=True):
    """Records f(*inputs), which is op(*inputs, *args) in nabla."""
    xs = [torch.tensor(x, requires_grad=gradient) for x in inputs]
    y = f(*xs)
    grads = None
    if gradient:
        weights = torch.arange(1.0, y.numel() + 1).reshape(y.shape)
        (y * weights).sum().backward()
        grads = [x.grad.tolist() if x.grad is not None else None for x in xs]
    cases.append(encode_case(op, inputs, args, y, grads))


def encode_case(op, inputs, args, y, grads):
    return {
        "op": op,
        "inputs": encode(inputs),
        "args": encode(args),
        "shape": list(y.shape),
        "result": encode(y.detach().tolist()),
        "gradients": encode(grads) if grads else None,
    }


for name in "relu relu6 elu selu celu silu mish hardsigmoid hardswish hardtanh softsign logsigmoid softplus gelu sigmoid tanh".split():
    case(name, getattr(F, name, None) or getattr(torch, name), [special])
case("gelu", lambda x: F.gelu(x, approximate="tanh"), [special], ["tanh"])
case("leaky_relu", lambda x: F.leaky_relu(x, 0.1), [special], [0.1])
case("elu", lambda x: F.elu(x, 0.7), [special], [0.7])
case("celu", lambda x: F.celu(x, 0.7), [special], [0.7])
case("hardtanh", lambda x: F.hardtanh(x, -2.5, 0.5), [special], [-2.5, 0.5])
case("prelu", F.prelu, [[[0.0, -1.0, 2.0], [3.0, -4.0, -5.0]], [0.25, 0.5, 0.1]])
case("clamp", lambda x: torch.clamp(x, -1, 3), [special], [-1, 3])

for name in "abs sign square sqrt rsqrt reciprocal floor ceil round exp expm1 log log1p log2 log10 sin cos tan asin acos atan".split():
    case(name, getattr(torch, name), [special])
for name in "sinh cosh asinh acosh atanh erf".split():
    case(name, getattr(torch, name), [special])
for name in "isnan isfinite isinf logical_not".split():
    case(name, getattr(torch, name), [special], gradient=False)

few = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 2.0, inf, -inf, nan]
pairs = [[a for a in few for _ in few], [b for _ in few for b in few]]
for name in "add sub mul div pow maximum minimum atan2 remainder".split():
    case(name, getattr(torch, name), pairs)
for name in "floor_divide eq ne lt le gt ge logical_and logical_or logical_xor".split():
    case(name, getattr(torch, name), pairs, gradient=False)
case("lerp", lambda a, b: torch.lerp(a, b, 0.25), [[1.0, -2.0, inf], [5.0, 4.0, 1.0]], [0.25])
case("lerp", lambda a, b: torch.lerp(a, b, 0.75), [[1.0, -2.0, inf], [5.0, 4.0, 1.0]], [0.75])

# Denormal and huge numbers, exact remainders
unusual = [5e-324, -5e-324, 2e-310, -1e-300, 1e300, -1e300, 1.7976931348623157e308, 1e17, 709.9, -745.2, -0.1]
for name in "sinh cosh asinh atan erf exp expm1 log log1p log2 log10 sqrt square abs sign floor ceil round tanh sigmoid".split():
    case(name, getattr(torch, name), [unusual], gradient=False)
for name in "relu relu6 elu selu silu mish hardsigmoid hardswish hardtanh softsign logsigmoid softplus gelu".split():
    case(name, getattr(F, name), [unusual], gradient=False)
unusual = [0.0, 5e-324, -1e-310, 0.1, -0.1, 1.0, -1.0, 3.0, 1e17, -1e17, 1.7976931348623157e308, inf, nan]
unusual = [[a for a in unusual for _ in unusual], [b for _ in unusual for b in unusual]]
for name in "add sub mul div pow maximum minimum atan2 remainder floor_divide eq ne lt le gt ge logical_and logical_or logical_xor".split():
    if name in ("remainder", "floor_divide"):  # NumPy rounds as fmod does; PyTorch's floor_divide is not exact for quotients above 2^53
        f = {"remainder": np.mod, "floor_divide": np.floor_divide}[name]
        with np.errstate(all="ignore"):
            case(name, lambda a, b: torch.from_numpy(f(a.numpy(), b.numpy())), unusual, gradient=False)
    else:
        case(name, getattr(torch, name), unusual, gradient=False)
points = [[0.0, 0.0, 0.0, 0.0, 0.0, -0.0, 2.0, -2.0, 0.0], [0.0, 1.0, 2.0, 0.5, -1.0, 3.0, 0.0, 0.0, -0.5]]
case("pow", torch.pow, points)

m = [[1.0, 0.0, -3.0, 2.0], [4.0, 4.0, -1.0, 0.0], [2.0, -2.0, 2.0, 2.0]]
c = np.random.default_rng(1).normal(size=(2, 3, 4)).round(3).tolist()
odd = [[1.0, nan, 3.0], [inf, -inf, 2.0], [-inf, -inf, -inf], [inf, 1.0, inf]]
for axis in (0, 1, -1):
    for keep in (False, True):
        a = [axis, keep]
        case("sum", lambda x: x.sum(axis, keepdim=keep), [m], a)
        case("mean", lambda x: x.mean(axis, keepdim=keep), [m], a)
        case("prod", lambda x: x.prod(axis, keepdim=keep), [m], a)
        case("amax", lambda x: x.amax(axis, keepdim=keep), [m], a)
        case("amin", lambda x: x.amin(axis, keepdim=keep), [m], a)
        case("var", lambda x: x.var(axis, keepdim=keep), [m], a)
        case("std", lambda x: x.std(axis, keepdim=keep), [m], a)
        case("logsumexp", lambda x: x.logsumexp(axis, keepdim=keep), [m], a)
        case("quantile", lambda x: x.quantile(0.3, axis, keepdim=keep), [c], [0.3, *a])
        for p in (0.0, 1.0, 2.0, 3.0, 0.5, inf, -inf):
            case("norm", lambda x: torch.linalg.vector_norm(x, p, axis, keepdim=keep), [m if p > 1 else c], [p, *a], gradient=p > 0)
    case("cumsum", lambda x: x.cumsum(axis), [c], [axis])
    case("cumprod", lambda x: x.cumprod(axis), [m], [axis])
    case("cummax", lambda x: x.cummax(axis).values, [m], [axis])
    case("cummin", lambda x: x.cummin(axis).values, [m], [axis])
    for descending in (False, True):
        case("sort", lambda x: x.sort(dim=axis, descending=descending, stable=True).values, [c], [axis, descending])
        case("argsort", lambda x: x.argsort(dim=axis, descending=descending, stable=True), [m], [axis, descending], gradient=False)
        case("topk", lambda x: x.topk(2, axis, largest=descending).values, [c], [2, axis, descending])
    case("argmax", lambda x: x.argmax(axis), [c], [axis], gradient=False)
    case("argmin", lambda x: x.argmin(axis), [c], [axis], gradient=False)
    case("flip", lambda x: x.flip(axis), [c], [axis])
    case("roll", lambda x: x.roll(2, axis), [c], [2, axis])
    case("roll", lambda x: x.roll(-5, axis), [c], [-5, axis])
    case("count_nonzero", lambda x: x.count_nonzero(axis), [m], [axis], gradient=False)
    case("softmax", lambda x: x.softmax(axis), [c], [axis])
    case("log_softmax", lambda x: x.log_softmax(axis), [c], [axis])
    case("repeat_interleave", lambda x: x.repeat_interleave(2, axis), [c], [2, axis])
for name in "sum mean prod amax amin logsumexp".split():
    case(name, lambda x: getattr(torch, name)(x, dim=1), [odd[:2] + odd[3:]], [1, False], gradient=False)
case("logsumexp", lambda x: x.logsumexp(1), [odd], [1, False], gradient=False)
for name in "cumsum cumprod cummax cummin".split():
    case(name, lambda x: getattr(torch.Tensor, name)(x, 1) if "cumm" not in name else getattr(torch.Tensor, name)(x, 1).values, [odd], [1], gradient=False)
case("argmax", lambda x: x.argmax(1), [odd], [1], gradient=False)
case("argmin", lambda x: x.argmin(1), [odd], [1], gradient=False)
for descending in (False, True):
    case("sort", lambda x: x.sort(dim=1, descending=descending, stable=True).values, [odd], [1, descending], gradient=False)
case("quantile", lambda x: x.quantile(0.5, 1), [odd[:2]], [0.5, 1, False], gradient=False)
case("softmax", lambda x: x.softmax(1), [odd], [1], gradient=False)
# Infinities and NaN in reductions
far = [[inf, inf, inf], [-inf, -inf, -inf], [inf, 1.0, 2.0], [-inf, 1.0, 2.0], [inf, -inf, 0.0], [nan, 1.0, inf], [1e308, 1e308, -1e308], [0.0, inf, 1.0], [5e-324, 0.0, 0.0]]
for name in "sum mean prod amax amin logsumexp var std".split():
    rows = [row for row in far if row[0] != 1e308] if name in ("var", "std") else far  # their squares overflow; PyTorch: -inf
    case(name, lambda x: getattr(torch, name)(x, dim=1), [rows], [1, False], gradient=False)
for p in (0.0, 1.0, 2.0, 3.0, 0.5, inf, -inf):
    case("norm", lambda x: torch.linalg.vector_norm(x, p, 1), [far], [p, 1, False], gradient=False)
case("softmax", lambda x: x.softmax(1), [far], [1], gradient=False)
case("log_softmax", lambda x: x.log_softmax(1), [far], [1], gradient=False)
case("count_nonzero", lambda x: x.count_nonzero(1), [far], [1], gradient=False)
for name in "argmax argmin".split():
    case(name, lambda x: getattr(x, name)(1), [far], [1], gradient=False)
for name in "cumsum cumprod".split():
    case(name, lambda x: getattr(x, name)(1), [far], [1], gradient=False)
for name in "cummax cummin".split():
    case(name, lambda x: getattr(x, name)(1).values, [far], [1], gradient=False)
for largest in (False, True):
    case("topk", lambda x: x.topk(2, 1, largest=largest).values, [far], [2, 1, largest], gradient=False)
    case("argsort", lambda x: x.argsort(dim=1, descending=largest, stable=True), [far], [1, largest], gradient=False)
even = [[inf, inf], [-inf, -inf], [1.0, inf], [-inf, 1.0], [-inf, inf], [nan, 1.0], [-1e308, 1e308]]
with np.errstate(all="ignore"):
    for data in (far, even):
        cases.append(encode_case("median", [data], [1], torch.tensor(np.median(np.array(data), 1)), None))
# Ties share the gradient of max, min and maximum; a norm's gradient at 0 is 0
case("amax", lambda x: x.amax(1), [[[3.0, 3.0, 1.0], [0.0, -0.0, 0.0], [inf, inf, 1.0]]], [1, False])
case("amin", lambda x: x.amin(1), [[[3.0, 3.0, 1.0], [0.0, -0.0, 0.0], [-inf, -inf, 1.0]]], [1, False])
case("logsumexp", lambda x: x.logsumexp(1), [[[3.0, 3.0, -inf], [1000.0, -1000.0, 1000.0]]], [1, False])
for p in (1.0, 2.0, 3.0, inf, -inf):
    case("norm", lambda x: torch.linalg.vector_norm(x, p, 1), [[[0.0, 3.0, -4.0], [2.0, -2.0, 2.0]]], [p, 1, False])
zero = [[0.0, 0.0], [0.0, 0.0]]
for p in (1.0, 2.0, 3.0, inf):
    case("norm", lambda x: torch.linalg.vector_norm(x, p, 1), [zero], [p, 1, False])
case("std", lambda x: x.std(1), [[[2.0, 2.0], [1.0, 1.0]]], [1, False])
case("amax", lambda x: x.amax((0, 2)), [c], [[0, 2], False])
case("var", lambda x: x.var((0, 2)), [c], [[0, 2], False])
case("prod", lambda x: x.prod(), [[0.0, 2.0, 3.0, 0.5]], [None, False])
case("prod", lambda x: x.prod(), [[0.0, 2.0, 0.0, 0.5]], [None, False])
case("cumprod", lambda x: x.cumprod(0), [[2.0, 0.0, 3.0, 0.0, 5.0]], [0])
for q in (0.0, 0.1, 0.5, 0.77, 1.0):
    case("quantile", lambda x: x.quantile(q), [c], [q, None, False])
case("pad", lambda x: F.pad(x, (1, 2, 2, 0), value=7.0), [m], [[[2, 0], [1, 2]], "constant"])
case("pad", lambda x: F.pad(x[None, None], (1, 2, 2, 0), mode="reflect")[0, 0], [m], [[[2, 0], [1, 2]], "reflect"])
case("pad", lambda x: F.pad(x[None, None], (1, 2, 2, 0), mode="replicate")[0, 0], [m], [[[2, 0], [1, 2]], "edge"])
case("tile", lambda x: x.tile((2, 1, 3)), [m], [[2, 1, 3]])
case("tril", lambda x: x.tril(1), [c], [1])
case("triu", lambda x: x.triu(-1), [c], [-1])
case("diag", lambda x: x.diag(-1), [m], [-1])
case("diag", lambda x: x.diag(2), [[1.0, 2.0]], [2])
case("take_along", lambda x: torch.take_along_dim(x, torch.tensor([[3, 0], [1, 1], [2, 3]]), 1), [m], [[[3, 0], [1, 1], [2, 3]], 1])

for data, bins, low, high in [(m, 4, -3.0, 4.0), (c, 5, -1.0, 1.0), ([0.3, 0.7, 0.1, 1.0], 10, 0.0, 1.0)]:
    counts, _ = np.histogram(np.array(data), bins, (low, high))
    cases.append(encode_case("histogram", [data], [bins, low, high], torch.tensor(counts), None))
for mode in ("symmetric", "reflect", "edge"):
    padded = np.pad(np.array(c), ((1, 1), (2, 1), (0, 3)), mode=mode)
    cases.append(encode_case("pad", [c], [[[1, 1], [2, 1], [0, 3]], mode], torch.tensor(padded), None))

versions = json.dumps({"torch": torch.__version__, "numpy": np.__version__})
print('{"meta": ' + versions + ', "cases": [\n' + ",\n".join(json.dumps(c) for c in cases) + "\n]}")
