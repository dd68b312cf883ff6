"""
Makes torch-sequences.json: normalization, attention, decompositions and segments as PyTorch and NumPy compute them, in double precision,
with the gradients of the sum of result · weights (the numbers sin(1), sin(2), …).
Run: python torch-sequences.py > torch-sequences.json
"""

import json

import numpy as np
import torch
import torch.nn.functional as F

random = np.random.default_rng(0)


def numbers(x):
    return np.asarray(x.detach() if torch.is_tensor(x) else x, dtype=np.float64).round(12).tolist()


def normal(*shape):
    return random.normal(size=shape).round(3)


def case(f, *inputs):
    """The result of f and its gradients."""
    xs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in inputs]
    y = f(*xs)
    (y * torch.sin(torch.arange(1, y.numel() + 1, dtype=torch.float64)).reshape(y.shape)).sum().backward()
    return {"inputs": [numbers(x) for x in inputs], "y": numbers(y), "gradients": [numbers(x.grad) for x in xs]}


mask = np.array([[1, 0, 1, 1], [1, 1, 0, 0], [0, 0, 1, 0]], dtype=bool)
attention = F.scaled_dot_product_attention
deficient = np.outer([1.0, 2, 3, -1], [2.0, 0, 1])
cases = {
    "layerNorm": case(lambda x, w, b: F.layer_norm(x, [5], w, b, 1e-3), normal(2, 3, 5), normal(5), normal(5)),
    "layerNorm of two axes": case(
        lambda x, w, b: F.layer_norm(x, [3, 5], w, b, 1e-3), normal(2, 3, 5), normal(3, 5), normal(3, 5)
    ),
    "rmsNorm": case(lambda x, w: F.rms_norm(x, [6], w, 1e-6), normal(3, 6), normal(6)),
    "batchNorm": case(
        lambda x, w, b: F.batch_norm(x, None, None, w, b, True, 0, 1e-3), normal(4, 2, 3), normal(2), normal(2)
    ),
    "attention": case(attention, normal(2, 3, 4), normal(2, 4, 4), normal(2, 4, 5)),
    "attention with a mask": case(
        lambda q, k, v: attention(q, k, v, torch.tensor(mask)), normal(2, 2, 3, 4), normal(2, 2, 4, 4), normal(2, 2, 4, 4)
    ),
    "causal attention": case(
        lambda q, k, v: attention(q, k, v, is_causal=True, scale=0.3), normal(2, 4, 3), normal(2, 4, 3), normal(2, 4, 3)
    ),
    "glu": case(F.glu, normal(2, 6)),
    "hardShrink": case(F.hardshrink, normal(2, 6)),
    "softShrink": case(F.softshrink, normal(2, 6)),
    "tanhShrink": case(F.tanhshrink, normal(2, 6)),
    "triangularSolve": case(
        lambda a, b: torch.linalg.solve_triangular(a, b, upper=True), np.triu(normal(2, 3, 3)) + 2 * np.eye(3), normal(2, 3, 2)
    ),
    "slogdet": case(lambda a: torch.linalg.slogdet(a).logabsdet, normal(2, 4, 4)),
    "eigenvalues": case(lambda a: torch.linalg.eigvalsh(a + a.mT), normal(5, 5)),
    "singular values": case(torch.linalg.svdvals, normal(2, 5, 3)),
    "pinv of a tall matrix": case(torch.linalg.pinv, normal(5, 3)),
    "pinv of a wide matrix": case(torch.linalg.pinv, normal(2, 4)),
    "lstsq": case(lambda a, b: torch.linalg.pinv(a) @ b, normal(5, 3), normal(5, 2)),
    "nuclear norm": case(lambda a: torch.linalg.matrix_norm(a, "nuc"), normal(3, 4)),
    "spectral norm": case(lambda a: torch.linalg.matrix_norm(a, 2), normal(3, 4)),
}
x = normal(4, 3)
result = {
    "meta": {"torch": torch.__version__, "numpy": np.__version__},
    "cases": cases,
    "mask": mask.astype(int).tolist(),
    "norms": {
        "x": numbers(x),
        "values": {
            str(order): float(np.linalg.norm(x, ord)) for order, ord in
            {"fro": "fro", "nuc": "nuc", 1: 1, -1: -1, 2: 2, -2: -2, "Infinity": np.inf, "-Infinity": -np.inf}.items()
        },
    },
    "deficient": {
        "a": numbers(deficient),
        "pinv": numbers(np.linalg.pinv(deficient)),
        "lstsq": numbers(np.linalg.lstsq(deficient, np.array([1.0, 0, 2, 1]), rcond=None)[0]),
        "s": numbers(np.linalg.svd(deficient, compute_uv=False)),
    },
    "searchSorted": {
        "sorted": [-1, 0, 0, 0, 2, 7],
        "values": [-5, -1, 0, 1, 2, 7, 8],
        "left": np.searchsorted([-1, 0, 0, 0, 2, 7], [-5, -1, 0, 1, 2, 7, 8]).tolist(),
        "right": np.searchsorted([-1, 0, 0, 0, 2, 7], [-5, -1, 0, 1, 2, 7, 8], "right").tolist(),
    },
}
print(json.dumps(result, indent=1))
