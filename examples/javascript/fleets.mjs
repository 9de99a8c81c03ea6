// The client that is tested: it renames fleets and reads invitation codes, and tries again where it is told to.

import { setTimeout } from "node:timers/promises";

const MOST_TRIES = 3;

export class Fleets {
  constructor(url, apiKey) {
    this.url = url;
    this.apiKey = apiKey;
  }

  async rename(fleetId, newName) {
    await this.#send("PUT", `/emp/v1/fleets/${encodeURIComponent(fleetId)}/rename`, { newName });
  }

  async codes(fleetId) {
    const response = await this.#send("GET", `/emp/v1/fleets/${encodeURIComponent(fleetId)}/invitation`);
    return (await response.json()).map((each) => each.code);
  }

  async #send(method, path, body) {
    const headers = { "X-API-Key": this.apiKey, ...(body ? { "Content-Type": "application/json" } : {}) };
    for (let left = MOST_TRIES - 1; ; left -= 1) {
      const response = await fetch(this.url + path, { method, headers, body: body && JSON.stringify(body) });
      if (response.ok) return response;
      if (response.status !== 429 || left === 0) throw new Error(`${method} ${path} was answered ${response.status}.`);
      await setTimeout(1000 * Number(response.headers.get("Retry-After") ?? 1));
    }
  }
}
