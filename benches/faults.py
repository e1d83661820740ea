#!/usr/bin/env python3
"""Tries faults on the real program, and says what happened (docs/faults.md).

benches/faults.py PROGRAM [FAULT...]   (needs Python 3 and a Unix; nothing else)
"""
import http.client, http.server, json, os, re, signal, sqlite3, subprocess, sys, tempfile, threading, time

PROGRAM, ONLY = sys.argv[1], sys.argv[2:]


class Desk:
    """A service that counts calls by key, and fails as it is told."""

    def __init__(self, port=0, answer=lambda n: 200, delay=0.0):
        self.calls, self.keys, lock = 0, {}, threading.Lock()
        desk = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                self.rfile.read(int(self.headers.get("content-length", 0)))
                time.sleep(delay)
                with lock:
                    desk.calls += 1
                    status = answer(desk.calls)
                    if status == 200:
                        key = self.headers.get("idempotency-key")
                        desk.keys[key] = desk.keys.get(key, 0) + 1
                body = b"{}"
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def handle(self):
                try:
                    super().handle()
                except OSError:
                    pass  # whoever asked was killed

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def workspace(cases, port, trigger=None, steps=True):
    folder = tempfile.mkdtemp(prefix="faults-")

    def write(name, text):
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, "w").write(text if isinstance(text, str) else json.dumps(text))

    write("data/accounts.csv", "id\n" + "".join(f"{n:05}\n" for n in range(cases)))
    write("sopwright.toml", '[connections.crm]\nkind = "folder"\npath = "data"\n[connections.desk]\nkind = "http"\n'
          'openapi = "desk.json"\n[limits]\noutage = "3s"\n')
    body = {"required": True, "content": {"application/json": {"schema": {"type": "object", "properties": {"id": {"type": "string"}}}}}}
    key = [{"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}]
    write("desk.json", {"openapi": "3.0.3", "info": {"title": "Desk"}, "servers": [{"url": f"http://127.0.0.1:{port}"}],
          "paths": {"/notes": {"post": {"operationId": "note", "parameters": key, "requestBody": body,
                                        "responses": {"200": {"description": "ok"}}}}}})
    write("generated/notes/sop.md", "Note every account.\n")
    workflow = {"workflow": 1, "name": "notes", "title": "Notes", "objective": "o", "sop": {"file": "sop.md", "statements": 1},
                "trigger": trigger or {"kind": "manual"}, "data": {}, "steps": [], "result": {"ok": True}, "outputs": []}
    if trigger:
        workflow["result"] = {"id": "{{ trigger.id }}"}
    else:
        workflow["data"] = {"accounts": {"from": "crm.accounts", "sop": [1], "fields": {"id": "text"}}}
        workflow["for_each"] = {"in": "accounts", "as": "account", "key": "account.id"}
        workflow["result"] = {"id": "{{ account.id }}"}
    which = "{{ trigger.id }}" if trigger else "{{ account.id }}"
    if not steps:
        workflow["steps"] = [{"id": "made", "kind": "compute", "sop": [1], "set": {"name": f"note-{which}"}}]
        workflow["result"]["name"] = "{{ made.name }}"
    else:
        workflow["outputs"] = [{"id": "note", "kind": "call", "sop": [1], "tool": "desk.note", "with": {"id": which}, "approval": "not_needed"}]
    write("generated/notes/workflow.json", workflow)
    return folder


def start(folder, *args):
    return subprocess.Popen([PROGRAM, *args, "--model", "built-in"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            stdin=subprocess.DEVNULL, text=True, env={**os.environ, "NO_COLOR": "1"})


def run(folder, *args):
    child = start(folder, *args)
    out, _ = child.communicate()
    return child.returncode, out


def serve(folder):
    child = start(folder, "serve", "--listen", "127.0.0.1:0")
    while True:
        line = child.stdout.readline()
        if not line:
            raise SystemExit("serve did not start")
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        if found:
            threading.Thread(target=lambda: [None for _ in child.stdout], daemon=True).start()
            return child, int(found[1])


def status(folder):
    run_ = json.loads(run(folder, "runs", "show", "--format", "json")[1])
    return f"{run_['status']}, {run_['cases']} cases, {run_['failed']} failed"


def once(desk, cases):
    twice = sum(1 for n in desk.keys.values() if n > 1)
    return f"{len(desk.keys)} of {cases} deliveries by key, {twice} of them asked for again under the same key"


def wait(test, seconds=120):
    until = time.time() + seconds
    while not test():
        if time.time() > until:
            return False
        time.sleep(0.02)
    return True


def fault_stop(sign, name):
    desk = Desk(delay=0.02)
    folder = workspace(400, desk.port)
    child = start(folder, "run", "notes", "--at-once", "8")
    wait(lambda: desk.calls >= 50)
    begun = time.time()
    child.send_signal(sign)
    child.communicate()
    took = time.time() - begun
    left = status(folder)
    run(folder, "run", "--resume")
    return f"{name} in the middle of a run: ended in {took * 1000:.0f} ms, {left}; resumed: {status(folder)}, {once(desk, 400)}"


def fault_term():
    return fault_stop(signal.SIGTERM, "SIGTERM")


def fault_kill():
    return fault_stop(signal.SIGKILL, "SIGKILL")


def fault_down():
    desk = Desk()
    port = desk.port
    desk.close()
    folder = workspace(200, port)
    begun = time.time()
    code, out = run(folder, "run", "notes")
    took, left = time.time() - begun, status(folder)
    desk = Desk(port)
    run(folder, "run", "--resume")
    return f"connection down: paused after {took:.1f} s ({left}); back again and resumed: {status(folder)}, {once(desk, 200)}"


def fault_slow():
    desk = Desk(delay=1.5)
    folder = workspace(64, desk.port)
    begun = time.time()
    run(folder, "run", "notes", "--at-once", "16")
    return f"answers after 1.5 s: {status(folder)} in {time.time() - begun:.1f} s (ideal 6.0), {once(desk, 64)}"


def fault_flapping():
    desk = Desk(answer=lambda n: 503 if n % 40 < 12 else 200)
    folder = workspace(200, desk.port)
    begun = time.time()
    _, out = run(folder, "run", "notes")
    told, resumed = status(folder), 0
    while "done" not in status(folder) and resumed < 20:
        run(folder, "run", "--resume")
        resumed += 1
    return (f"12 of every 40 calls answered 503: {told} at first; after {resumed} resumptions and {time.time() - begun:.1f} s "
            f"{status(folder)}, {desk.calls} calls, {once(desk, 200)}")


def fault_two():
    folder = workspace(1, 1, steps=False)
    first, _ = serve(folder)
    code, out = run(folder, "serve", "--listen", "127.0.0.1:0")
    first.send_signal(signal.SIGTERM)
    first.wait()
    return f"a second server on the workspace: exit code {code}, “{out.strip().splitlines()[0]}”"


def post(port, bodies, answers):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for body in bodies:
        while True:
            connection.request("POST", "/hooks/notes", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            told = answer.read()
            if answer.status != 503:
                break
            time.sleep(0.2)
        answers.append((answer.status, json.loads(told).get("run")))


def events(folder, bodies, clients=32):
    answers = []
    threads = [threading.Thread(target=post, args=(folder, bodies[n::clients], answers)) for n in range(clients)]
    begun = time.time()
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return time.time() - begun, answers


HOOK = {"kind": "webhook", "event_id": "id", "event": {"id": {"type": "string"}}}


def served(count, copies):
    folder = workspace(1, 1, HOOK, steps=False)
    code, out = run(folder, "enable", "notes")
    if code:
        raise SystemExit(out)
    child, port = serve(folder)
    bodies = [json.dumps({"id": f"E{n}"}) for n in range(count)] * copies
    took, answers = events(port, bodies)
    memory = [line for line in open(f"/proc/{child.pid}/status") if line.startswith("VmHWM")][0].split()[1]
    accepted, runs = sum(1 for code, _ in answers if code == 202), len({run for _, run in answers})
    child.kill()
    child.wait()
    db = sqlite3.connect(os.path.join(folder, ".sopwright/journal.db"))
    kept = db.execute("SELECT count(*) FROM firings").fetchone()[0]
    return folder, f"{len(bodies)} events of {count} in {took:.1f} s: {accepted} answered 202, {runs} runs named, {kept} in the journal after kill -9, {int(memory) // 1024} MB"


def fault_duplicates():
    folder, told = served(300, 5)
    child, port = serve(folder)
    db = sqlite3.connect(os.path.join(folder, ".sopwright/journal.db"))
    done = lambda: db.execute("SELECT count(*) FROM runs WHERE status = 'done'").fetchone()[0]
    wait(lambda: done() >= 300)
    time.sleep(1)
    begun = time.time()
    child.send_signal(signal.SIGTERM)
    child.wait()
    return f"each event five times: {told}; after the restart {done()} runs done; SIGTERM ended serve in {time.time() - begun:.1f} s"


def fault_burst():
    return f"10,000 webhooks: {served(10_000, 1)[1]}"


def main():
    faults = {name[6:]: fault for name, fault in globals().items() if name.startswith("fault_") and name != "fault_stop"}
    for name, fault in faults.items():
        if not ONLY or name in ONLY:
            print(f"{name}: {fault()}", flush=True)


main()
