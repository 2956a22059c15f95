"""The numbers of tensors: as bytes, as statistics, as copies made before they are overwritten."""
