#!/bin/sh
# Sees to it that Docker has an image: image.sh REFERENCE
set -eu
# shellcheck source=scripts/provision/lib.sh
. "$(dirname "$0")/lib.sh"

docker image inspect "$1" >/dev/null 2>&1 || docker pull -q "$1" ||
  fail "The image $1 could not be had." "Name another one under \`images\` in the cluster file, or see whether this machine reaches the image's registry."
