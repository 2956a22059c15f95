"""What happened, as pure data: ids, facts, batches, the recording and its file format."""
