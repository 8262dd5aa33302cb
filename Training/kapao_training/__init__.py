"""Trains, measures and exports KAPAO pose networks (McNally et al., ECCV 2022)."""
