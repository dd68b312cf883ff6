"""Makes small-operations.json: values and gradients of the smaller tensor operations, from PyTorch and NumPy, as torch-tensor.py has them.

Run: python small-operations.py > small-operations.json
"""

import json
import math
import warnings

import numpy as np
import torch
import torch.nn.functional as F

warnings.simplefilter("ignore")
torch.set_default_dtype(torch.float64)
inf, nan = math.inf, math.nan
cases = []


def encode(value):
    if isinstance(value, (list, tuple)):
        return [encode(v) for v in value]
    if isinstance(value, dict):
        return {name: encode(v) for name, v in value.items()}
    if isinstance(value, bool) or value is None or isinstance(value, (int, str)):
        return value
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return "-0" if value == 0 and math.copysign(1, value) < 0 else value


def record(op, inputs, args, y, gradients=None):
    y = torch.as_tensor(np.asarray(y) if not torch.is_tensor(y) else y)
    cases.append(
        {
            "op": op,
            "inputs": encode(inputs),
            "args": encode(list(args)),
            "shape": list(y.shape),
            "result": encode(y.detach().tolist()),
            "gradients": encode(gradients) if gradients else None,
        }
    )


def torch_case(op, f, inputs, args=(), gradient=True):
    """f(*inputs) in PyTorch, with the gradients of the sum weighted with 1, 2, 3, …"""
    xs = [torch.tensor(x, requires_grad=gradient) for x in inputs]
    y = f(*xs)
    gradients = None
    if gradient:
        (y * torch.arange(1.0, y.numel() + 1).reshape(y.shape)).sum().backward()
        gradients = [x.grad.tolist() for x in xs]
    record(op, inputs, args, y, gradients)


def numpy_case(op, f, inputs, args=()):
    """f(*inputs) in NumPy: values only."""
    with np.errstate(all="ignore"):
        record(op, inputs, args, f(*[np.array(x, dtype=float) for x in inputs]))


random = np.random.default_rng(7)
m = random.normal(size=(3, 4)).round(3).tolist()
c = random.normal(size=(2, 3, 4)).round(3).tolist()
gaps = [[1.0, nan, -3.0, 2.0], [nan, nan, nan, nan], [4.0, 0.0, -1.0, 7.0], [inf, nan, 1.0, -2.0], [nan, -inf, inf, 3.0]]
special = [0.0, -0.0, 1.0, -2.5, inf, -inf, nan, 1e300]

# Choosing and comparing
torch_case("nan_to_num", lambda x: x.nan_to_num(), [special], [{}])
torch_case("nan_to_num", lambda x: x.nan_to_num(1.5, 6.0, -7.0), [special], [{"nan": 1.5, "posInf": 6.0, "negInf": -7.0}])
few = [0.0, 1.0, 1.0 + 1e-6, 1.0 + 1e-4, -1.0, 1e-9, inf, -inf, nan, 1e308, -1e308]
pairs = [[a for a in few for _ in few], [b for _ in few for b in few]]
for args in ({}, {"equalNaN": True}, {"rtol": 0.0, "atol": 1e-3}, {"rtol": 0.5}):
    names = {{"equalNaN": "equal_nan"}.get(k, k): v for k, v in args.items()}
    numpy_case("is_close", lambda a, b: np.isclose(a, b, **names), pairs, [args])

# Without NaN
for axis in (None, 0, 1, -1):
    for keep in (False, True):
        args = [axis, keep]
        torch_case("nan_sum", lambda x: x.nansum(axis, keepdim=keep), [gaps], args)
        rows = gaps if axis == 0 or axis is None else [gaps[0], *gaps[2:]]
        torch_case("nan_mean", lambda x: x.nanmean(axis, keepdim=keep), [rows], args)
        numpy_case("nan_sum", lambda x: np.nansum(x, axis, keepdims=keep), [gaps], args)
        numpy_case("nan_mean", lambda x: np.nanmean(x, axis, keepdims=keep), [gaps], args)
        numpy_case("nan_median", lambda x: np.nanmedian(x, axis, keepdims=keep), [gaps], args)
        numpy_case("nan_median", lambda x: np.nanmedian(x, axis, keepdims=keep), [c], args)
numpy_case("nan_median", lambda x: np.nanmedian(x, (0, 2)), [c], [[0, 2], False])
for data in (special, gaps, [[0.0, 0.0]], 3.0, 0.0):
    numpy_case("arg_where", np.argwhere, [data])

# Diagonals
for offset in (-4, -2, -1, 0, 1, 3, 5):
    torch_case("diagonal", lambda x: x.diagonal(offset), [m], [offset])
    for axes in ((0, 1), (1, 2), (2, 0), (-1, -2)):
        torch_case("diagonal", lambda x: x.diagonal(offset, *axes), [c], [offset, *axes])
for offset in (-2, 0, 1):
    torch_case("diag_embed", lambda x: x.diag_embed(offset), [m], [offset])
    for axes in ((-2, -1), (0, 1), (2, 0), (1, -1)):
        torch_case("diag_embed", lambda x: x.diag_embed(offset, *axes), [m], [offset, *axes])

# Vectors
three = random.normal(size=(2, 4, 3)).round(3).tolist()
other = random.normal(size=(4, 3)).round(3).tolist()
torch_case("cross", lambda a, b: torch.linalg.cross(a, b.expand(2, 4, 3)), [three, other])
torch_case("cross", lambda a, b: torch.linalg.cross(a, b, dim=0), [np.transpose(other).tolist(), np.transpose(three[0]).tolist()], [0])
torch_case("cross", lambda a, b: torch.linalg.cross(a, b), [other[0], other[1]])
vectors = [[3.0, 0.5, -4.0], [0.2, -1.0, 2.0]]
for p in (1.0, 2.0, 3.0, 0.5, inf):
    for axis in (0, 1, -1):
        torch_case("normalize", lambda x: F.normalize(x, p, axis), [vectors], [p, axis])
torch_case("normalize", lambda x: F.normalize(x, 2.0, 1, 20.0), [vectors], [2, 1, {"epsilon": 20.0}])
torch_case("normalize", lambda x: F.normalize(x, 2.0, 0), [[3.0, 0.0, -4.0]], [2, 0])
torch_case("normalize", lambda x: F.normalize(x), [[[0.0, 0.0], [3.0, 4.0]]], [2, 1])
torch_case("normalize", lambda x: F.normalize(x), [[[inf, 1.0], [nan, 1.0], [1e200, 1e200]]], [2, 1], gradient=False)
for axis in (0, 1, -1):
    torch_case("cosine_similarity", lambda a, b: F.cosine_similarity(a, b, axis), [m, random.normal(size=(3, 4)).tolist()], [axis])
torch_case("cosine_similarity", lambda a, b: F.cosine_similarity(a, b, -1), [c, m[0]], [-1])
torch_case("cosine_similarity", lambda a, b: F.cosine_similarity(a, b, 1), [c, [[[2.0], [3.0], [-1.0]]]], [1])
torch_case("cosine_similarity", lambda a, b: F.cosine_similarity(a, b, 0), [[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]], [0])
torch_case("cosine_similarity", lambda a, b: F.cosine_similarity(a, b, 1), [[[0.0, 0.0], [1.0, 0.0]], [[1.0, 2.0], [0.0, 0.0]]], [1])
torch_case("cosine_similarity", lambda a, b: F.cosine_similarity(a, b, 1, 10.0), [[[1.0, 2.0]], [[2.0, 1.0]]], [1, {"epsilon": 10.0}], gradient=False)

# Covariances: variables in rows, observations in columns
frequencies, reliabilities = [1, 2, 0, 3], [0.5, 1.0, 2.0, 0.25]
for names in ({}, {"correction": 0}, {"correction": 3}, {"fweights": frequencies}, {"aweights": reliabilities},
              {"fweights": frequencies, "aweights": reliabilities, "correction": 2}):  # fmt: skip
    weights = {k: torch.tensor(v) if k.endswith("weights") else v for k, v in names.items()}
    torch_case("cov", lambda x: torch.cov(x, **weights), [m], [names])
    torch_case("cov", lambda x: torch.cov(x, **weights), [m[0]], [names])
    numpy = {"ddof" if k == "correction" else k: v for k, v in names.items()}
    numpy_case("cov", lambda x: np.cov(x, **numpy), [m], [names])
    numpy_case("cov", lambda x: np.cov(x.T, rowvar=False, **numpy), [m], [{"transposed": True, **names}])
    if "correction" not in names:
        scale = lambda x: np.cov(x, **numpy) / np.sqrt(np.outer(np.diag(np.cov(x, **numpy)), np.diag(np.cov(x, **numpy))))
        numpy_case("corrcoef", scale, [m], [names])
torch_case("corrcoef", torch.corrcoef, [m], [{}])
numpy_case("corrcoef", lambda x: np.corrcoef(x.T, rowvar=False), [m], [{"transposed": True}])
for data in ([[1.0, 1.0, 1.0], [1.0, 2.0, 4.0]], [[1.0], [2.0]], [[inf, 1.0, 2.0], [1.0, 2.0, nan]], [2.0, 3.0], 5.0):
    numpy_case("cov", np.cov, [data], [{}])
    numpy_case("corrcoef", np.corrcoef, [data], [{}])

# Running, differences and areas
lanes = [[1.0, -inf, 2.0, -1000.0, 3000.0], [-3.0, 0.0, 800.0, 800.0, -800.0]]
torch_case("logcumsumexp", lambda x: x.logcumsumexp(1), [lanes], [1])
for axis in (0, 1, 2, -1):
    torch_case("logcumsumexp", lambda x: x.logcumsumexp(axis), [c], [axis])
odd = [[-inf, -inf, 1.0, inf, 2.0], [inf, 1.0, -inf, 2.0, inf], [1.0, nan, 2.0, inf, -inf], [-inf, inf, inf, -inf, nan], [-inf, -1000.0, -1001.0, 5.0, 1e308]]
torch_case("logcumsumexp", lambda x: x.logcumsumexp(1), [odd], [1], gradient=False)
for axis in (0, 1, 2, -1):
    for n in (0, 1, 2, 3, 5):
        numpy_case("diff", lambda x: np.diff(x, n, axis), [c], [n, axis])
    torch_case("diff", lambda x: x.diff(2, axis), [c], [2, axis])
    torch_case("trapezoid", lambda y: torch.trapezoid(y, dx=0.5, dim=axis), [c], [{"dx": 0.5, "axis": axis}])
    torch_case("trapezoid_at", lambda y, x: torch.trapezoid(y, x, dim=axis), [c, c[::-1]], [axis])
for kept in ({"prepend": 2.0}, {"append": 0.0}, {"prepend": -1.0, "append": 9.0}):
    numpy_case("diff", lambda x: np.diff(x, 2, 0, **kept), [m], [2, 0, kept])
numpy_case("diff", lambda x: np.diff(x, 1, 1, prepend=np.array(m)), [m], [1, 1, {"prepend": m}])
torch_case("trapezoid_at", lambda y, x: torch.trapezoid(y, x, dim=1), [m, [0.0, 1.0, 4.0, 9.0]], [1])
numpy_case("trapezoid_at", lambda y, x: np.trapezoid(y, x, axis=0), [m, [0.0, 1.0, 4.0]], [0])
for data in ([3.0], [], [[1.0, inf, nan, 2.0, -inf]]):
    numpy_case("trapezoid", np.trapezoid, [data], [{}])

# More ways to pad, and quantiles that are not interpolated linearly
for widths in ([[1, 1], [2, 1], [0, 3]], [[5, 0], [0, 7], [9, 9]]):
    for mode, name in (("wrap", "wrap"), ("wrap", "circular"), ("edge", "edge"), ("edge", "replicate")):
        numpy_case("pad", lambda x: np.pad(x, widths, mode=mode), [c], [widths, name])
torch_case("pad", lambda x: F.pad(x[None, None], (1, 2, 2, 0), mode="circular")[0, 0], [m], [[[2, 0], [1, 2]], "circular"])
torch_case("pad", lambda x: F.pad(x[None, None], (1, 2, 2, 0), mode="replicate")[0, 0], [m], [[[2, 0], [1, 2]], "replicate"])
for method in ("linear", "lower", "higher", "nearest", "midpoint"):
    for q in (0.0, 0.1, 0.25, 0.3, 0.5, 0.75, 0.9, 1.0):
        numpy_case("quantile", lambda x: np.quantile(x, q, method=method), [c], [q, None, method])
        numpy_case("quantile", lambda x: np.quantile(x, q, 1, method=method), [c], [q, 1, method])
        torch_case("quantile", lambda x: x.quantile(q, 1, interpolation=method), [m], [q, 1, method])
    for n in (1, 2, 3, 5, 6):
        numpy_case("quantile", lambda x: np.quantile(x, 0.5, method=method), [list(range(n))], [0.5, None, method])
for method in ("lower", "higher", "nearest"):
    numpy_case("quantile", lambda x: np.quantile(x, 0.6, 1, method=method), [[[1.0, inf, inf], [-inf, inf, 3.0], [nan, 1.0, 2.0]]], [0.6, 1, method])
torch_case("median", lambda x: x.median(1).values, [m], [1, "lower"])

# Histograms with weights and densities
values, weights = [0.0, 1.0, 1.0, 3.0, 7.0, nan], [1.0, 2.5, -3.0, 4.0, 5.0, 6.0]
for bins in (1, 2, 5):
    numpy_case("weighted", lambda x, w: np.histogram(x, bins, (0, 4), weights=w)[0], [values, weights], [bins, False])
    numpy_case("weighted", lambda x, w: np.histogram(x, bins, (0, 4), weights=w, density=True)[0], [values, weights], [bins, True])
    numpy_case("density", lambda x: np.histogram(x, bins, (0, 4), density=True)[0], [values], [bins])
numpy_case("density", lambda x: np.histogram(x, 2, (0, 4), density=True)[0], [[5.0, 6.0]], [2])

versions = json.dumps({"torch": torch.__version__, "numpy": np.__version__})
print('{"meta": ' + versions + ', "cases": [\n' + ",\n".join(json.dumps(c) for c in cases) + "\n]}")
