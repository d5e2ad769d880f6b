// The agents of the registry, with their JSON: it is wanted whole at every change, and most of it is as it was before.
import type { AgentInfo } from "../../mesos/types.ts";

const BLOCK_AGENTS = 256;
const COMMA = Buffer.from(",");

interface Block {
  /** ID → JSON of the agent. */
  texts: Map<string, string>;
  /** All of them with commas between them; undefined after a change. */
  bytes: Buffer | undefined;
}

/** A map from ID to agent that also knows its values as JSON, and makes anew only what has changed. */
export class RegisteredAgents extends Map<string, AgentInfo> {
  readonly #blocks = new Set<Block>();
  readonly #blockOf = new Map<string, Block>();
  /** Where there is room for another agent. */
  #open: Block | undefined;

  override set(id: string, info: AgentInfo): this {
    const block = this.#blockOf.get(id) ?? this.#withRoom();
    this.#blockOf.set(id, block);
    block.texts.set(id, JSON.stringify(info));
    block.bytes = undefined;
    return super.set(id, info);
  }

  override delete(id: string): boolean {
    const block = this.#blockOf.get(id);
    if (block) {
      this.#blockOf.delete(id);
      block.texts.delete(id);
      block.bytes = undefined;
      if (block.texts.size === 0) this.#forget(block);
      else if (block.texts.size < BLOCK_AGENTS / 2) this.#open = block;
    }
    return super.delete(id);
  }

  override clear(): void {
    this.#blocks.clear();
    this.#blockOf.clear();
    this.#open = undefined;
    super.clear();
  }

  /** The items of a JSON array of all agents, in any order, in pieces that nobody may change. */
  jsonPieces(): Buffer[] {
    const pieces: Buffer[] = [];
    for (const block of this.#blocks) {
      block.bytes ??= Buffer.from([...block.texts.values()].join(","));
      if (pieces.length > 0) pieces.push(COMMA);
      pieces.push(block.bytes);
    }
    return pieces;
  }

  #withRoom(): Block {
    if (this.#open && this.#open.texts.size < BLOCK_AGENTS) return this.#open;
    this.#open = { texts: new Map(), bytes: undefined };
    this.#blocks.add(this.#open);
    return this.#open;
  }

  #forget(block: Block): void {
    this.#blocks.delete(block);
    if (this.#open === block) this.#open = undefined;
  }
}
