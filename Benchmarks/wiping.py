"""Times `djoliba wipe --now` of a laptop whose replica is large.

    wiping.py BIN [GIGABYTES]    BIN: the folder of the programs; GIGABYTES: else 1

Three times unsealed and three times sealed with the machine's key: enrols a laptop with a hub of its own, lengthens
its replica with random bytes, waits until they are on the disk, and wipes. Prints the seconds, the program's start
included. Ends with 1 when one took longer than a second or left a file of the folder's."""
import os, subprocess, sys, tempfile, time

from programs import free_port, serving

MOST = 1.0


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout


def lengthen(path, size):
    with open(path, "ab") as file:
        while file.tell() < size:
            file.write(os.urandom(1 << 22))
        file.flush()
        os.fsync(file.fileno())


def main(programs, size):
    laptop, server = os.path.join(programs, "djoliba"), os.path.join(programs, "djoliba-server")
    slow = False
    with tempfile.TemporaryDirectory() as folder:
        hub = os.path.join(folder, "hub")
        port = free_port()
        run(server, "init", "--data", hub, "--address", f"https://127.0.0.1:{port}")
        with serving(server, hub):
            for sealed in (False, True):
                for turn in range(3):
                    data, invitation = os.path.join(folder, f"laptop-{sealed}-{turn}"), os.path.join(folder, "i")
                    run(server, "invite", "--data", hub, "--base", "GAO", "--role", "resp_base", "--name", "GAO",
                        "--out", invitation)
                    run(laptop, "enroll", invitation, "--data", data)
                    os.remove(invitation)
                    if sealed:
                        run(laptop, "seal", "--machine-key", "--data", data)
                    lengthen(os.path.join(data, "replica.sqlite"), size)
                    start = time.perf_counter()
                    run(laptop, "wipe", "--now", "--data", data)
                    took = time.perf_counter() - start
                    left = os.listdir(data) if os.path.isdir(data) else []
                    print(f"{'sealed' if sealed else 'unsealed'}  {took:.2f} s  left: {left or 'nothing'}")
                    slow = slow or took > MOST or bool(left)
    sys.exit(slow)


main(os.path.abspath(sys.argv[1]), int(float(sys.argv[2]) * (1 << 30)) if len(sys.argv) > 2 else 1 << 30)
