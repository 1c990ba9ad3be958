"""Speed, measured as ratios within one run: no figure of another machine is compared with."""
