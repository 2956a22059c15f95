"""Functions that stand in a training script and read its data from files, with clear words for what is wrong there."""

Source = tuple[tuple[str, ...], str]
"""Import lines, and the text of the definitions."""


def csv_source(*, has_classes: bool) -> Source:
    """Return ``read_table``: a CSV file with a head line, all columns but the target being numbers."""
    ending = _CLASSES if has_classes else _CSV_NUMBERS
    return ("import csv", "import math"), _CSV + ending


def npz_source(*, has_classes: bool) -> Source:
    """Return ``read_arrays``: an NPZ file with an array of inputs and one of targets."""
    return ("import numpy as np",), _NPZ + (_NPZ_CLASSES if has_classes else _NPZ_NUMBERS)


def folder_source() -> Source:
    """Return ``PictureFolder``: a folder with one folder of pictures a class, all pictures of one size."""
    imports = ("from pathlib import Path", "import numpy as np", "from PIL import Image", _DATASET_IMPORT)
    return imports, _FOLDER


_DATASET_IMPORT = "from torch.utils.data import Dataset"

_CSV = '''\
def read_table(path, target):
    """Read inputs [N, columns] and targets from a CSV file; an empty target is the last column."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    if not rows:
        raise ValueError(f"{path} has no rows below its head line.")
    target = target or list(rows[0])[-1]
    if target not in rows[0]:
        raise ValueError(f"{path} has no column {target}; there are {', '.join(map(str, rows[0]))}.")
    columns = [name for name in rows[0] if name != target]
    if not columns:
        raise ValueError(f"{path} has one column only; inputs and a target are needed.")
    inputs = []
    for number, row in enumerate(rows, start=2):
        wrong = next((name for name in columns if not is_number(row[name])), None)
        if wrong is not None:
            cell = row[wrong] or "an empty cell"
            raise ValueError(f"{path}, line {number}: {cell} in column {wrong} is not a number.")
        inputs.append([float(row[name]) for name in columns])
        if not row[target]:
            raise ValueError(f"{path}, line {number}: nothing stands in column {target}.")
    values = [row[target] for row in rows]
'''

_IS_NUMBER = '''

def is_number(text):
    """Whether a cell of a table holds a number; nan and inf cannot be learned from."""
    try:
        return math.isfinite(float(text))
    except (TypeError, ValueError):
        return False
'''

_CLASSES = (
    """\
    names = sorted(set(values))
    if len(names) < 2:
        raise ValueError(f"{path}: column {target} has one class only.")
    return torch.tensor(inputs), torch.tensor([names.index(value) for value in values])
"""
    + _IS_NUMBER
)

_CSV_NUMBERS = (
    """\
    if not all(map(is_number, values)):
        wrong = next(number for number, value in enumerate(values, start=2) if not is_number(value))
        cell = values[wrong - 2] or "an empty cell"
        raise ValueError(f"{path}, line {wrong}: {cell} in column {target} is not a number.")
    return torch.tensor(inputs), torch.tensor([[float(value)] for value in values])
"""
    + _IS_NUMBER
)

_NPZ = '''\
def read_arrays(path, target):
    """Read inputs and targets from an NPZ file; an empty target is its last array."""
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    if len(arrays) < 2:
        raise ValueError(f"{path} has to hold an array of inputs and one of targets.")
    target = target or list(arrays)[-1]
    if target not in arrays:
        raise ValueError(f"{path} has no array {target}; there are {', '.join(arrays)}.")
    inputs = next(array for name, array in arrays.items() if name != target)
    targets = arrays[target]
    if len(inputs) != len(targets):
        raise ValueError(f"{path}: there are {len(inputs)} inputs and {len(targets)} targets.")
    for name, array in (("inputs", inputs), (target, targets)):
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(f"{path}: some of {name} are nan or inf, which cannot be learned from.")
    kind = torch.float32 if inputs.dtype.kind == "f" else torch.int64
'''

_NPZ_CLASSES = """\
    names, numbers = np.unique(targets, return_inverse=True)
    if len(names) < 2:
        raise ValueError(f"{path}: {target} has one class only.")
    return torch.as_tensor(inputs).to(kind), torch.as_tensor(numbers).long().flatten()
"""

_NPZ_NUMBERS = """\
    return torch.as_tensor(inputs).to(kind), torch.as_tensor(targets).float().reshape(len(targets), -1)
"""

_FOLDER = '''\
class PictureFolder(Dataset):
    """Pictures [3, height, width] with numbers from 0 to 1, one folder a class."""

    def __init__(self, folder):
        if not Path(folder).is_dir():
            raise FileNotFoundError(f"There is no folder {folder}.")
        self.classes = sorted(path.name for path in Path(folder).iterdir() if path.is_dir())
        if len(self.classes) < 2:
            raise ValueError(f"{folder} has to hold one folder for each of at least two classes.")
        kinds = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"}
        self.samples = []
        for number, name in enumerate(self.classes):
            paths = sorted(path for path in (Path(folder) / name).iterdir() if path.suffix.lower() in kinds)
            if not paths:
                raise ValueError(f"The class {name} has no pictures.")
            self.samples += [(path, number) for path in paths]
        self.size = self.read(self.samples[0][0]).size

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        path, number = self.samples[index]
        picture = self.read(path)
        if picture.size != self.size:
            sizes = f"{picture.size} pixels large, the first picture {self.size}"
            raise ValueError(f"{path.name} of the class {path.parent.name} is {sizes}.")
        return torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 255, number

    def read(self, path):
        try:
            with Image.open(path) as picture:
                return picture.convert("RGB")
        except (FileNotFoundError, PermissionError):
            raise
        except (OSError, SyntaxError):
            raise ValueError(f"{path.name} of the class {path.parent.name} is no picture, or is damaged.") from None
'''
