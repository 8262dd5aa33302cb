#!/usr/bin/env python3
"""Checks the manifests beside it against the published schemas of Kubernetes (package kubernetes-validate), strictly."""
import glob
import os
import sys

import kubernetes_validate
import yaml

VERSION = "1.37"
problems = documents = 0
for path in sorted(glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "*.yaml"))):
    with open(path) as file:
        for document in yaml.safe_load_all(file):
            documents += 1
            try:
                kubernetes_validate.validate(document, VERSION, strict=True)
            except kubernetes_validate.ValidationError as error:
                problems += 1
                print(f"{os.path.basename(path)}: {'.'.join(str(item) for item in error.path)}: {error.message}")
print(f"{documents} manifests checked against Kubernetes {VERSION}, {problems} with errors")
sys.exit(1 if problems or documents < 4 else 0)
