// One process's connection to a simulated ZooKeeper, with one session: questions in their order, each with its answer or the
// news that the connection broke, after which nobody knows whether it was heard; pings; silence that ends the session.
import { Pipe } from "../network.ts";
import type { Weather } from "../network.ts";
import type { World } from "../world.ts";
import type { SimulatedZooKeeper } from "./server.ts";

export interface ZooKeeperWeather extends Weather {
  /** Probability that a connection breaks while a question is under way. */
  breaks: number;
}

/** Of the session's time, as src/client/zookeeper-tenure.ts and what mends its library have it. */
const PING = 1 / 3;
const NOTICED = 2 / 3;
const GIVEN_UP = 0.9;

type Connection = { to: Pipe; from: Pipe };
type Answer<T> = { answer: T } | "lost";
type Question = { ask: (session: number) => void; lose: () => void };

export class Link {
  readonly #world: World;
  readonly #weather: ZooKeeperWeather;
  readonly #server: SimulatedZooKeeper;
  readonly #timeoutMs: number;
  /** Hears why the session is over. */
  readonly #onOver: (reason: string) => void;
  #session: number | undefined;
  #connection: Connection | undefined;
  #heardMs = Infinity;
  /** Until then no server is reached. */
  #cutUntilMs = 0;
  /** Nothing comes through, and nobody has noticed. */
  #dead = false;
  /** The process is gone, or the session. */
  #over = false;
  #underway = new Set<Question>();
  #waiting: Question[] = [];

  constructor(
    world: World,
    parts: {
      server: SimulatedZooKeeper;
      weather: ZooKeeperWeather;
      timeoutMs: number;
      onOver: (reason: string) => void;
    },
  ) {
    this.#world = world;
    this.#server = parts.server;
    this.#weather = parts.weather;
    this.#timeoutMs = parts.timeoutMs;
    this.#onOver = parts.onOver;
    this.#connect();
    this.#ping();
  }

  /** As the server knows it; undefined before the first connection. */
  get session(): number | undefined {
    return this.#session;
  }

  /** What the server gives; "lost" if the connection broke meanwhile. Waits for a connection. */
  ask<T>(question: (server: SimulatedZooKeeper, session: number) => T): Promise<Answer<T>> {
    return new Promise((resolve) => {
      const settle = (answer: Answer<T>) => {
        if (this.#over || !this.#underway.delete(asked)) return;
        this.#world.stir();
        resolve(answer);
      };
      const asked: Question = {
        lose: () => settle("lost"),
        ask: () => this.#send(question, (answer) => settle({ answer })),
      };
      if (this.#connection === undefined) this.#waiting.push(asked);
      else this.#put(asked);
    });
  }

  /** Something that the server says by itself. */
  hear(tell: () => void): void {
    const connection = this.#connection;
    connection?.from.send(() => {
      if (this.#over || this.#dead || this.#connection !== connection) return;
      this.#world.stir();
      tell();
    });
  }

  /** The connection breaks, at once or unnoticed, and there is none for that long. */
  cut(durationMs: number, noticed: boolean): void {
    this.#cutUntilMs = Math.max(this.#cutUntilMs, this.#world.nowMs + durationMs);
    if (noticed) this.#disconnect();
    else this.#dead = this.#connection !== undefined;
  }

  /** A kill -9, or the session is over: nothing is said or heard any more. */
  freeze(): void {
    this.#over = true;
    this.#connection = undefined;
  }

  /** Tells the server that the session is over, if it is reached. */
  leave(): void {
    const session = this.#session;
    if (this.#connection !== undefined && !this.#dead && session !== undefined)
      this.#connection.to.send(() => this.#server.up && this.#server.end(session));
    this.freeze();
  }

  #put(question: Question): void {
    this.#underway.add(question);
    if (this.#world.chance(this.#weather.breaks))
      this.#world.after(this.#world.between(0, 2 * this.#weather.maxMs), () => this.#disconnect());
    question.ask(this.#session!);
  }

  #send<T>(question: (server: SimulatedZooKeeper, session: number) => T, answered: (answer: T) => void): void {
    const connection = this.#connection;
    const session = this.#session;
    if (connection === undefined || session === undefined || this.#dead) return;
    const mayArrive = this.#world.chance(0.5);
    connection.to.send(() => {
      // What is under way when a connection breaks may still come in.
      if (!this.#server.up || (this.#connection !== connection && !mayArrive)) return;
      if (!this.#server.hears(session)) {
        connection.from.send(() => this.#connection === connection && this.#end("it was ended"));
        return;
      }
      const answer = question(this.#server, session);
      connection.from.send(() => {
        if (this.#connection !== connection || this.#dead) return;
        this.#heardMs = this.#world.nowMs;
        answered(answer);
      });
    });
  }

  #connect(): void {
    if (this.#over) return;
    const world = this.#world;
    world.after(world.between(5, 300), () => {
      if (this.#over) return;
      if (!this.#server.up || world.nowMs < this.#cutUntilMs) {
        this.#connect();
        return;
      }
      const session = this.#server.connect(this.#session, this.#timeoutMs);
      if (session === undefined) {
        this.#end("it was ended");
        return;
      }
      this.#session = session;
      this.#connection = { to: new Pipe(world, this.#weather), from: new Pipe(world, this.#weather) };
      this.#dead = false;
      this.#heardMs = world.nowMs;
      this.#watch(this.#connection);
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const question of waiting) this.#put(question);
    });
  }

  #disconnect(): void {
    if (this.#over || this.#connection === undefined) return;
    this.#connection = undefined;
    this.#dead = false;
    for (const { lose } of [...this.#underway]) lose();
    const heardMs = this.#heardMs;
    this.#world.after(heardMs + GIVEN_UP * this.#timeoutMs - this.#world.nowMs, () => {
      if (this.#connection === undefined && this.#heardMs === heardMs) this.#end("ZooKeeper was out of reach");
    });
    this.#connect();
  }

  /** A connection on which nothing is heard is given up. */
  #watch(connection: Connection): void {
    const leftMs = () => this.#heardMs + NOTICED * this.#timeoutMs - this.#world.nowMs;
    this.#world.after(leftMs(), () => {
      if (this.#connection !== connection) return;
      if (leftMs() <= 0) this.#disconnect();
      else this.#watch(connection);
    });
  }

  #ping(): void {
    this.#world.after(PING * this.#timeoutMs, () => {
      if (this.#over) return;
      this.#send(
        () => undefined,
        () => undefined,
      );
      this.#ping();
    });
  }

  #end(reason: string): void {
    if (this.#over) return;
    this.freeze();
    this.#world.stir();
    this.#onOver(reason);
  }
}
