import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, TensorDataset, random_split

from engine.runtime.training.outbox import Outbox
from engine.runtime.training.samples import MOST_SAMPLES, SampleTeller, samples_of
from engine.training.facts import array_of


def test_samples_are_inputs_and_target():
    inputs, targets = torch.randn(10, 2), torch.arange(10) % 3
    np.testing.assert_array_equal(
        samples_of(TensorDataset(inputs, targets)), torch.cat([inputs, targets[:, None].float()], dim=1).numpy()
    )


def test_a_part_of_a_dataset_shows_its_own_samples_and_pictures_are_flattened():
    inputs, targets = torch.randn(10, 1, 8, 8), torch.arange(10)
    part, _rest = random_split(TensorDataset(inputs, targets), [4, 6])
    found = samples_of(part)
    assert found.shape == (4, 65)
    np.testing.assert_array_equal(found[:, -1], part.indices)
    np.testing.assert_array_equal(found[0, :-1], inputs[part.indices[0]].flatten().numpy())


def test_one_output_for_each_class_becomes_the_class():
    targets = torch.tensor([2, 0, 1])
    one_hot = torch.nn.functional.one_hot(targets, 3).float()
    for shown in (one_hot, 2 * one_hot - 1):
        np.testing.assert_array_equal(samples_of(TensorDataset(torch.randn(3, 2), shown))[:, -1], targets)
    assert samples_of(TensorDataset(torch.randn(3, 2), torch.randn(3, 4))) is None


class Counting(Dataset):
    reads = 0

    def __len__(self):
        return 5

    def __getitem__(self, index):
        self.reads += 1
        return torch.zeros(2), 0


def test_what_makes_samples_by_its_own_code_is_left_alone():
    dataset = Counting()
    assert samples_of(dataset) is None
    assert dataset.reads == 0
    assert samples_of(None) is None


def test_each_is_told_once_and_no_more_than_can_be_looked_at():
    sent = []
    outbox = Outbox(sent.append)
    teller = SampleTeller(outbox)
    loader = DataLoader(TensorDataset(torch.randn(5000, 2), torch.zeros(5000)), batch_size=10)
    state = torch.get_rng_state()
    for _ in range(3):
        teller.tell(loader)
        with torch.no_grad():
            teller.tell(loader)
        outbox.send()
    assert torch.equal(torch.get_rng_state(), state)
    (message,) = sent
    assert [fact.name for fact in message.facts] == ["data/train", "data/validation"]
    assert array_of(message.facts[0]).shape == (MOST_SAMPLES, 3)
