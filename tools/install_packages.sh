#!/bin/sh
# Installs the Debian packages that a task needs, once, and says what it does.
#   tools/install_packages.sh build|test|lint|fuzz|bench ...
# Packages that are there already are left alone, so an ordinary user gets through where nothing is missing.
set -eu

build="clang-19 lld-19 cmake ninja-build ccache pkg-config python3 python3-botocore
  libboost1.81-dev libboost-json1.81-dev libssl-dev libsoci-dev libsqlite3-dev libpq-dev libpugixml-dev libyaml-cpp-dev
  libarchive-dev libisal-dev libre2-dev libcli11-dev libspdlog-dev libfmt-dev zlib1g-dev libzstd-dev libgtest-dev libgmock-dev
  libtorch-dev libdnnl-dev libgloo-dev libturbojpeg0-dev libpng-dev"
run="ca-certificates runc crun bubblewrap uidmap iproute2"
test="awscli python3-boto3 python3-numpy python3-torch python3-pip python3-venv python3-setuptools zstd podman buildah skopeo openmpi-bin
  python3-mpi4py"
lint="clang-format-19 clang-tidy-19"
fuzz="llvm-19 libclang-rt-19-dev"
bench="libbenchmark-dev nginx-light wrk python3-torch"

wanted=""
for set in "$@"; do
  case $set in
    build) wanted="$wanted $build $run" ;;
    test) wanted="$wanted $test" ;;
    lint) wanted="$wanted $lint" ;;
    fuzz) wanted="$wanted $fuzz" ;;
    bench) wanted="$wanted $bench" ;;
    *) echo "$0: '$set' is no set of packages; there are build, test, lint, fuzz and bench" >&2; exit 2 ;;
  esac
done

installed=" $(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' 2>/dev/null | sed -n 's/^ii *//p' | tr '\n' ' ')"
missing=""
for package in $wanted; do
  case $installed in *" $package "*) ;; *) missing="$missing $package" ;; esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
  as_root=""
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  as_root="sudo"
else
  echo "These Debian packages are missing. Have them installed by somebody who may, then try again:" >&2
  echo "  apt-get install --no-install-recommends$missing" >&2
  exit 1
fi
echo "Installing Debian packages:$missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get -q update || echo "apt-get update failed; going on with the package lists that are there" >&2
# shellcheck disable=SC2086
$as_root apt-get -q -y install --no-install-recommends $missing
