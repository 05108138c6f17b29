import { Link } from "@tanstack/react-router";
import { t } from "@/strings";
import { EmptyState } from "@/ui/EmptyState";
import { CompassIcon } from "@/ui/icons";

export function NotFound() {
  return <EmptyState icon={<CompassIcon size={28} />} title={t.pageGone} action={<Link to="/">{t.back}</Link>} />;
}
