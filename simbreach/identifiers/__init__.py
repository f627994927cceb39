"""One module an identifier: valid for detectors, impossible for people."""
