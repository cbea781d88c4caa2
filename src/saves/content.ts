/** What the person or the agent says of the session, in its own words. */
export interface Content {
  readonly summary: string | undefined;
  readonly name: string | undefined;
  readonly primaryTask: string | undefined;
  readonly phase: string | undefined;
  readonly accomplishments: readonly string[];
  readonly nextSteps: readonly string[];
  readonly decisions: readonly string[];
  readonly blockers: readonly string[];
  readonly questions: readonly string[];
  readonly reminders: readonly string[];
  readonly filesToReview: readonly string[];
  readonly todos: readonly { content: string; status: string }[];
}

/** A todo that is still open. */
export function pending(content: string): { content: string; status: string } {
  return { content, status: "pending" };
}

/** A todo that is done. */
export function completed(
  content: string,
): { content: string; status: string } {
  return { content, status: "completed" };
}

/** Nothing said. */
export const NO_CONTENT: Content = {
  summary: undefined,
  name: undefined,
  primaryTask: undefined,
  phase: undefined,
  accomplishments: [],
  nextSteps: [],
  decisions: [],
  blockers: [],
  questions: [],
  reminders: [],
  filesToReview: [],
  todos: [],
};

/** Both, the lists one after the other; `over` wins where one can stand. */
export function mergeContent(base: Content, over: Content): Content {
  return {
    summary: over.summary ?? base.summary,
    name: over.name ?? base.name,
    primaryTask: over.primaryTask ?? base.primaryTask,
    phase: over.phase ?? base.phase,
    accomplishments: [...base.accomplishments, ...over.accomplishments],
    nextSteps: [...base.nextSteps, ...over.nextSteps],
    decisions: [...base.decisions, ...over.decisions],
    blockers: [...base.blockers, ...over.blockers],
    questions: [...base.questions, ...over.questions],
    reminders: [...base.reminders, ...over.reminders],
    filesToReview: [...base.filesToReview, ...over.filesToReview],
    todos: [...base.todos, ...over.todos],
  };
}
