"""Learning what detectors weigh, from public clips and synthetic motion; needed by nobody else."""
