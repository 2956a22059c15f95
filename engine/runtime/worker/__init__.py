"""The worker process: loads torch, runs one program under the recorder, and sends what happened to the host."""
