import { errorLine, errorRecord } from "../session/error_record.ts";
import { keepErrorRecord } from "../store/error_records.ts";
import { ensureHome } from "../store/home.ts";
import { layout } from "../store/layout.ts";
import { withLock } from "../store/lock.ts";
import { redactorOf } from "../store/redaction.ts";
import { startScript } from "./hook_scripts.ts";
import type { Handler } from "./hook_world.ts";

/** A tool failed, or a turn ended by an error: a record is kept of it. */
export const onError: Handler = async (world) => {
  const { context: { system }, input, session, event, invited } = world;
  // Somebody stopped it.
  if (!invited || input.value("is_interrupt") === true) return {};
  const tool = input.text("tool_name");
  const details = [input.text("error"), input.text("error_details")];
  const record = errorRecord({
    at: system.now(),
    event,
    session: session.id,
    tool,
    input: input.value("tool_input"),
    error: details.filter((text) => text).join(": ") || "unknown",
    redactor: redactorOf(system),
  });
  const { home } = layout(session.root);
  if (!system.files.lstat(home)) {
    // With the rules that keep it out of git.
    const make = () => ensureHome(system, session.root);
    await withLock(system, session.root, make);
  }
  const path = keepErrorRecord(system, session.root, record);
  await startScript(world, "on-error.sh", {
    ...tool === undefined ? {} : { MPM_TOOL: record.tool! },
    MPM_ERROR: errorLine(record),
    MPM_RECORD: path,
  });
  return {};
};
