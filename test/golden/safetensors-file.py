"""
Writes safetensors-file.json: a file with every dtype that nabla reads, made by the reference implementation, and its numbers.
Made with safetensors 0.8.0, torch 2.13.0+cpu. Run: python test/golden/safetensors-file.py
"""
import base64
import json
from pathlib import Path

import torch
from safetensors.torch import save

values = [0.0, -0.0, 1.0, -2.5, 1 / 3, 65504.0, float("inf"), float("-inf"), float("nan"), 6e-8]
floats = {
    str(d).split(".")[1]: torch.tensor(values, dtype=torch.float64).to(d)
    for d in (torch.float64, torch.float32, torch.float16, torch.bfloat16)
}
integers = {
    str(d).split(".")[1]: torch.tensor([[0, 1], [127, 3]]).to(d)
    for d in (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.uint16, torch.uint32, torch.uint64)
}
others = {
    "bool": torch.tensor([True, False, True]),
    "scalar": torch.tensor(7.0),
    "empty": torch.zeros(0, 3),
    "größe \"ü\"": torch.tensor([1.0]),
}
tensors = {**floats, **integers, **others}
data = save(tensors, metadata={"format": "pt", "note": "naïve"})
expected = {
    name: {"shape": list(x.shape), "values": [str(v) for v in x.double().flatten().tolist()]} for name, x in tensors.items()
}
Path(__file__).with_suffix(".json").write_text(
    json.dumps({"file": base64.b64encode(data).decode(), "tensors": expected}, ensure_ascii=False) + "\n"
)
