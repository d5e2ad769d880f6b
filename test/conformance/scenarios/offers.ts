// What an offer looks like, and how declining, suppressing and reviving change who gets it.
import { subscribe } from "../probe/framework.ts";
import { shapeOf } from "../probe/shape.ts";
import { commandTask, freshId, scalar } from "../probe/task.ts";
import { scenario } from "./scenario.ts";

export const offerScenarios = [
  scenario("offer-shape", "an offer tells the agent, its attributes and what is free on it", async (probe) => {
    const framework = await subscribe(probe);
    const offer = await framework.offer();
    probe.note("keys", shapeOf(offer));
    probe.note("attributes", offer.attributes);
    probe.note("resources", offer.resources);
    probe.note("url path", { scheme: offer.url?.scheme, path: offer.url?.path });
    await framework.teardown();
  }),

  scenario(
    "offer-decline-and-refuse",
    "what was declined is offered again when refuse_seconds are over",
    async (probe) => {
      const framework = await subscribe(probe);
      const offer = await framework.offer();
      const since = framework.stream.mark();
      await framework.call({ type: "DECLINE", decline: { offer_ids: [offer.id], filters: { refuse_seconds: 3 } } });
      const declinedMs = performance.now();
      const { atMs } = await framework.stream.wait(({ type }) => type === "OFFERS", { since });
      const seconds = (atMs - declinedMs) / 1000;
      probe.note("offered again after refuse_seconds, not before", seconds >= 2.9 && seconds < 6);
      await framework.teardown();
    },
  ),

  scenario("offer-decline-unknown-id", "declining what was never offered is taken", async (probe) => {
    const framework = await subscribe(probe);
    await framework.offers();
    await framework.call({ type: "DECLINE", decline: { offer_ids: [{ value: "not-an-offer" }] } });
    await framework.teardown();
  }),

  scenario("offer-suppress-revive", "SUPPRESS stops offers until REVIVE", async (probe) => {
    const framework = await subscribe(probe);
    const offer = await framework.offer();
    await framework.call({ type: "SUPPRESS" });
    const since = framework.stream.mark();
    await framework.send({ type: "DECLINE", decline: { offer_ids: [offer.id], filters: { refuse_seconds: 0 } } });
    await probe.watchFor(3_500);
    probe.note("no offer while suppressed", !framework.stream.events.slice(since).some(isOffers));
    await framework.call({ type: "REVIVE" });
    await framework.offers({ limitMs: 60_000, since });
    probe.note("an offer after REVIVE", true);
    await framework.teardown();
  }),

  scenario("offer-revive-clears-filters", "REVIVE forgets what was refused", async (probe) => {
    const framework = await subscribe(probe);
    const offer = await framework.offer();
    const since = framework.stream.mark();
    await framework.send({ type: "DECLINE", decline: { offer_ids: [offer.id], filters: { refuse_seconds: 3600 } } });
    await probe.watchFor(2_500);
    probe.note("no offer while refused", !framework.stream.events.slice(since).some(isOffers));
    await framework.send({ type: "REVIVE" });
    await framework.offers({ limitMs: 60_000, since });
    probe.note("an offer after REVIVE", true);
    await framework.teardown();
  }),

  scenario("offer-one-holder-at-a-time", "what one framework holds is offered to no other", async (probe) => {
    const holder = await subscribe(probe);
    const offer = await holder.offer();
    const other = await subscribe(probe);
    await probe.watchFor(3_000);
    probe.note("second framework sees the held resources", other.stream.events.some(isOffers));
    await holder.send({ type: "DECLINE", decline: { offer_ids: [offer.id], filters: { refuse_seconds: 3600 } } });
    await other.offers({ limitMs: 60_000 });
    probe.note("after the first declines, the second is offered them", true);
    await holder.teardown();
    await other.teardown();
  }),

  scenario("offer-remainder-comes-back", "what a task leaves of an offer is offered again", async (probe) => {
    const framework = await subscribe(probe);
    const offer = await framework.offer();
    const id = freshId("task");
    probe.hide(id, "<TASK>");
    const since = framework.stream.mark();
    const resources = [scalar("cpus", 1), scalar("mem", 64)];
    await framework.launch(offer, [commandTask(offer, id, "sleep 30", { resources })]);
    const rest = await framework.offer({ limitMs: 60_000, since });
    probe.note(
      "remaining resources",
      rest.resources?.map(({ name, scalar: amount, ranges }) => ({ name, value: amount?.value ?? ranges })),
    );
    await framework.teardown();
  }),

  scenario(
    "offer-of-a-gone-framework-returns",
    "what a torn-down framework held is offered to the next",
    async (probe) => {
      const gone = await subscribe(probe);
      await gone.offers();
      await gone.teardown();
      const next = await subscribe(probe);
      await next.offers({ limitMs: 60_000 });
      probe.note("another framework is offered them", true);
      await next.teardown();
    },
  ),
];

function isOffers({ type }: { type: string }): boolean {
  return type === "OFFERS";
}
