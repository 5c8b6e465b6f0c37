#!/bin/sh
# Trains on what upload_dataset.py has put into the bucket: run_job.sh BUCKET [--config NAME] [--use-spot] [flags of sagebrush train]
set -eu
cd "$(dirname "$0")"
bucket=${1:?which bucket?}
shift
config=mnist
spot=
while [ $# -gt 0 ]; do
  case $1 in
    --config) config=$2; shift 2 ;;
    # Spare capacity may be taken away: the script goes on from its last checkpoint.
    --use-spot) spot="--use-spot --max-run 3600 --max-wait 7200 --checkpoint s3://$bucket/checkpoints/$config"; shift ;;
    *) break ;;
  esac
done
# shellcheck disable=SC2086
exec sagebrush train train.py --source-dir src --hyperparameters "config/$config.yaml" --input "training=s3://$bucket/mnist/" \
  --output "s3://$bucket/models" --metric 'loss=loss=([0-9.]+)' --metric 'test:accuracy=test_accuracy=([0-9.]+)' $spot "$@"
