#!/usr/bin/env bash
# What a rented machine runs: rented.sh SECONDS [RUN.yaml ...]. Expects beside the repository's root the carried folder .rented/ (made
# by `make rented-archive` where the photographs are): wheels of what such a machine lacks, and packs of photographs. Results go to
# $OUT. BESIDE is a command that runs meanwhile; OPTIONS are more options of `restored-train rented`. CHECK=1 first compares the
# device with the processor. Without any run file: all of training/runs/rented.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=$1
shift
began=$(date +%s)
mkdir -p /tmp/rented/site /tmp/rented/photographs
for wheel in .rented/wheels/*.whl; do python3 -m zipfile -e "$wheel" /tmp/rented/site; done
for pack in .rented/photographs-*; do [ -d "$pack" ] && cp -rn "$pack" /tmp/rented/photographs/; done
export PYTHONPATH=$PWD/backend:$PWD/plugins:$PWD/training:/tmp/rented/site PYTHONUNBUFFERED=1 OMP_NUM_THREADS=1
# Small networks leave most of a GPU idle: where NVIDIA's multi-process service is there and works, the runs' kernels overlap.
if command -v nvidia-cuda-mps-control >/dev/null; then
    export CUDA_MPS_PIPE_DIRECTORY=/tmp/rented/mps CUDA_MPS_LOG_DIRECTORY=/tmp/rented/mps
    mkdir -p /tmp/rented/mps
    if nvidia-cuda-mps-control -d && timeout 25 python3 -c 'import torch; torch.ones(9).cuda().sum().item()'; then
        echo "multi-process service: on"
        trap 'echo quit | timeout 5 nvidia-cuda-mps-control || true' EXIT
    else
        echo quit | timeout 5 nvidia-cuda-mps-control || true
        unset CUDA_MPS_PIPE_DIRECTORY CUDA_MPS_LOG_DIRECTORY
        echo "multi-process service: does not work here"
    fi
fi
if [ -n "${CHECK:-}" ]; then timeout 45 python3 -m restored_training.machines.device_check "${OUT:-/tmp/rented/out}" || true; fi
python3 -m restored_training.cli rented "${OUT:-/tmp/rented/out}" --deadline "$((began + seconds))" ${BESIDE:+--beside "$BESIDE"} \
    $(for pack in /tmp/rented/photographs/*; do printf -- '--photographs %s/photographs.json ' "$pack"; done) \
    $(for run in "$@"; do printf -- '--run %s ' "$run"; done) ${OPTIONS:-}
