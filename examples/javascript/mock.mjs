// A mock for tests: one process for a file, and a world of its own for each test. Node 20 or newer, and nothing else.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

// Starts fleet-mock on a free port; `stop` ends it.
export async function startMock(command = process.env.FLEET_MOCK ?? "fleet-mock") {
  const running = spawn(command, ["--port", "0", "--ready-json"], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await Promise.race([
    once(createInterface(running.stdout), "line"),
    once(running, "exit").then(([code]) => Promise.reject(new Error(`${command} ended with exit code ${code}.`))),
  ]);
  const stop = async () => {
    const ended = once(running, "exit");
    running.kill("SIGTERM");
    await ended;
  };
  return { url: JSON.parse(line).url, stop };
}

// Calls the control API; an error has the detail of the refusal, and the field that is wrong.
export async function control(url, method, path, body) {
  const response = await fetch(`${url}/_mock${path}`, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}

let number = 0;

// Makes a world that ends with a test; `begin` may have seed, dialect, misbehaviours and rules.
export async function worldOf(test, url, begin = {}) {
  number += 1;
  const name = `${process.pid}-${number}`;
  const { path } = await control(url, "PUT", `/worlds/${name}`, begin);
  test.after(() => control(url, "DELETE", `/worlds/${name}`));
  const world = new URL(path, url).href;
  return {
    url: world,
    control: (method, inWorld, body) => control(world, method, inWorld, body),
    // The exchanges that fit, each with `request`, `response`, `status` and the `reason` of a refusal.
    sent: async (filters) => (await control(world, "GET", `/journal?${new URLSearchParams(filters)}`)).entries,
  };
}
