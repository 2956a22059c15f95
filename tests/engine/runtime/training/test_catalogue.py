"""The shipped catalogue of losses, optimizers and schedules is that of the installed torch."""

from engine.runtime.training.catalogue import choice_file
from engine.training.catalogue import CHOICES_FILE, losses, optimizers, schedules


def test_the_shipped_file_is_what_the_installed_torch_gives():
    assert CHOICES_FILE.read_bytes() == choice_file(), "run make assets"


def test_what_a_course_uses_is_there():
    assert {"CrossEntropyLoss", "MSELoss", "BCEWithLogitsLoss", "L1Loss", "HuberLoss"} <= set(losses())
    assert {"SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "LBFGS"} <= set(optimizers())
    assert {"StepLR", "CosineAnnealingLR", "OneCycleLR", "ReduceLROnPlateau"} <= set(schedules())
    assert [one.name for one in optimizers()["SGD"].parameters][:2] == ["lr", "momentum"]
    assert optimizers()["LBFGS"].needs_closure
