"""The least that one suggestion takes: decode, look, rate, find faces, level; nothing is checked.

python bare.py PHOTO MODELS litert|tensorflow: prints the best box. With tensorflow the same files
run in the interpreter that comes with it.
"""

import json
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import simplejpeg
from PIL import Image

from cropperhead_core.horizon import Horizon

PHOTO, MODELS, ENGINE = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
if ENGINE == "tensorflow":
    engine = import_module("tensorflow").lite
else:
    engine = import_module("ai_edge_litert.interpreter")

MODEL = next(folder for folder in sorted(MODELS.iterdir()) if (folder / "model.tflite").exists())
config = json.loads((MODEL / "config.json").read_text())
ranker = engine.Interpreter(model_path=str(MODEL / "model.tflite"), num_threads=1)
features, score = map(ranker.get_signature_runner, ("features", "score"))
faces = engine.Interpreter(
    model_path=str(MODELS / "faces/face_detection_full_range_sparse.tflite"), num_threads=1
)
faces.allocate_tensors()

pixels = simplejpeg.decode_jpeg(
    PHOTO.read_bytes(), fastdct=True, fastupsample=True, min_width=512, min_height=341
)
photo = Image.fromarray(pixels)
side, count = config["input"], config["boxes"]
seen = features(image=np.asarray(photo.resize((side, side)), np.float32)[None])
boxes = np.random.default_rng(0).uniform(0, 1, (5, count, 4)).astype(np.float32)
boxes[..., 2:] = boxes[..., :2] / 2 + 0.5
boxes[..., :2] /= 2
aspect = np.array([1.5], np.float32)
scores = [
    score(boxes=some, aspect=aspect, map=seen["map"], context=seen["context"])["scores"]
    for some in boxes
]
height, width = pixels.shape[:2]
for box in ((0, 0, width, height), (0, 0, height, height), (width - height, 0, width, height)):
    square = np.asarray(photo.resize((192, 192), box=box), np.float32) / 127.5 - 1
    faces.set_tensor(faces.get_input_details()[0]["index"], square[None])
    faces.invoke()
print(Horizon()(pixels).argmax())
print(boxes.reshape(-1, 4)[np.concatenate(scores).argmax()])
