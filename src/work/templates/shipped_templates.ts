import bugFix from "../../../templates/bug-fix.md" with { type: "text" };
import codeReview from "../../../templates/code-review.md" with {
  type: "text",
};
import feature from "../../../templates/feature-development.md" with {
  type: "text",
};
import incident from "../../../templates/incident.md" with { type: "text" };
import refactoring from "../../../templates/refactoring.md" with {
  type: "text",
};
import release from "../../../templates/release.md" with { type: "text" };

/** The templates that come with mpm, by name. */
export const SHIPPED: Readonly<Record<string, string>> = {
  "bug-fix": bugFix,
  "code-review": codeReview,
  "feature-development": feature,
  incident,
  refactoring,
  release,
};
