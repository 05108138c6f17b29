import type { ReactNode } from "react";

/** Line icons on a 24 grid. They take the colour of the text and say nothing: the control around them has the
 * label. Those that point somewhere point the other way where one reads from right to left. */
function icon(path: ReactNode, { points = false } = {}) {
  return function Icon({ size = 20 }: { size?: number }) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth={1.8}
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        data-points={points || undefined}
      >
        {path}
      </svg>
    );
  };
}

export const BackIcon = icon(<path d="M15 5l-7 7 7 7" />, { points: true });
export const CloseIcon = icon(<path d="M6 6l12 12M18 6L6 18" />);
export const PlusIcon = icon(<path d="M12 5v14M5 12h14" />);
export const ComposeIcon = icon(
  <>
    <path d="M12 5H7a2 2 0 0 0-2 2v10a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2v-5" />
    <path d="M17.500 3.800a1.900 1.900 0 0 1 2.700 2.700L13 13.700l-3.500.800.800-3.500z" />
  </>,
);
export const CompassIcon = icon(
  <>
    <circle cx="12" cy="12" r="8.500" />
    <path d="M15.500 8.500l-2 5-5 2 2-5z" />
  </>,
);
export const SendIcon = icon(<path d="M5 12l14-7-4.500 14-3-5.500zM11.500 13.500L19 5" />, { points: true });
export const MoreIcon = icon(
  <>
    <circle cx="5.500" cy="12" r="1" />
    <circle cx="12" cy="12" r="1" />
    <circle cx="18.500" cy="12" r="1" />
  </>,
);
export const ReplyIcon = icon(<path d="M9 7L4.500 11.500 9 16M5 11.500h8.500a6 6 0 0 1 6 6" />, { points: true });
export const EditIcon = icon(<path d="M15.500 5.500l3 3L8.500 18.500l-4 1 1-4z" />);
export const TrashIcon = icon(<path d="M5 7h14M10 7V5h4v2M7 7l.800 12h8.400L17 7" />);
export const CopyIcon = icon(
  <>
    <rect x="9" y="9" width="10" height="10" rx="2" />
    <path d="M15 9V7a2 2 0 0 0-2-2H7a2 2 0 0 0-2 2v6a2 2 0 0 0 2 2h2" />
  </>,
);
export const InfoIcon = icon(
  <>
    <circle cx="12" cy="12" r="8.500" />
    <path d="M12 11v5M12 8h.01" />
  </>,
);
export const DownIcon = icon(<path d="M6 10l6 6 6-6" />);
export const ClockIcon = icon(
  <>
    <circle cx="12" cy="12" r="8" />
    <path d="M12 8v4l2.500 2" />
  </>,
);
export const CheckIcon = icon(<path d="M5 12.500l4.500 4.500L19 7.500" />);
export const ChecksIcon = icon(<path d="M2.500 12.500L7 17l9-9.500M11 16l1.200 1L21.500 7.500" />);
export const WarningIcon = icon(<path d="M12 4.500l8.500 15h-17zM12 10v4.500M12 17h.01" />);
export const PeopleIcon = icon(
  <>
    <circle cx="9" cy="8.500" r="3.200" />
    <path d="M3 19c.500-3.500 3-5 6-5s5.500 1.500 6 5M15.500 5.800a3 3 0 0 1 0 5.600M17 14.400c2.300.600 3.700 2.100 4 4.600" />
  </>,
);
export const BubbleIcon = icon(
  <path d="M4.500 7.500a3 3 0 0 1 3-3h9a3 3 0 0 1 3 3v5a3 3 0 0 1-3 3H11l-4.500 4v-4a3 3 0 0 1-2-3z" />,
);
export const ThreadIcon = icon(
  <>
    <path d="M4.500 7a2.500 2.500 0 0 1 2.500-2.500h10A2.500 2.500 0 0 1 19.500 7v6a2.500 2.500 0 0 1-2.500 2.500h-5L7.500 19.500v-4H7A2.500 2.500 0 0 1 4.500 13z" />
    <path d="M8.500 8.500h7M8.500 11.500h4" />
  </>,
);
export const BoldIcon = icon(
  <path d="M7.500 5h5.500a3.400 3.400 0 0 1 0 6.800H7.500zM7.500 11.800h6.300a3.600 3.600 0 0 1 0 7.200H7.500z" />,
);
export const ItalicIcon = icon(<path d="M10.500 5h6M7.500 19h6M13.500 5l-3 14" />);
export const StrikeIcon = icon(
  <path d="M4.500 12h15M16.500 8c-.500-2-2.200-3-4.500-3-2.600 0-4.500 1.300-4.500 3.500 0 1.600 1 2.700 3 3.500M7.500 16c.500 2 2.200 3 4.500 3 2.600 0 4.500-1.300 4.500-3.500 0-.600-.200-1.100-.400-1.500" />,
);
export const CodeIcon = icon(<path d="M8.500 7.500L4 12l4.500 4.500M15.500 7.500L20 12l-4.500 4.500" />);
export const LinkIcon = icon(
  <path d="M10 14.500a3.500 3.500 0 0 0 5 0l3.500-3.500a3.500 3.500 0 0 0-5-5L12.500 7M14 9.500a3.500 3.500 0 0 0-5 0L5.500 13a3.500 3.500 0 0 0 5 5l1-1" />,
);
export const QuoteIcon = icon(<path d="M5 5.500v13M9.500 8h9.500M9.500 12h9.500M9.500 16h6" />, { points: true });
export const ListIcon = icon(
  <path d="M9.500 6.500H20M9.500 12H20M9.500 17.500H20M5 6.500h.01M5 12h.01M5 17.500h.01" />,
  {
    points: true,
  },
);
export const FormatIcon = icon(
  <path d="M3.500 18L8 6l4.500 12M5 14h6M20 12.500V18M20 15.200a2.800 2.800 0 1 1-5.600 0 2.800 2.800 0 0 1 5.600 0z" />,
);
export const AtIcon = icon(
  <>
    <circle cx="12" cy="12" r="3.600" />
    <path d="M15.600 8.500v4.800a2.400 2.400 0 0 0 4.900.2V12a8.500 8.500 0 1 0-3.400 6.800" />
  </>,
);
export const ArchiveIcon = icon(<path d="M4 5h16v4H4zM5.500 9v10h13V9M10 13h4" />);
export const UnreadIcon = icon(
  <>
    <path d="M4 6h11M4 12h16M4 18h10" />
    <circle cx="19.500" cy="6" r="1.500" />
  </>,
);
export const PinIcon = icon(<path d="M9 4h6l-1 6 3 3H7l3-3zM12 13v7" />);
export const MutedIcon = icon(
  <path d="M6.500 16.500h11l-1.500-2.500v-4a4 4 0 0 0-6.500-3.100M8 10.500V14l-1.500 2.500M10.500 19.500h3M4.500 4.500l15 15" />,
);
export const SmileIcon = icon(
  <>
    <circle cx="12" cy="12" r="8.500" />
    <path d="M8.500 14c.8 1.300 2 2 3.500 2s2.700-.7 3.500-2M9 9.500v.5M15 9.500v.5" />
  </>,
);
export const GlobeIcon = icon(
  <>
    <circle cx="12" cy="12" r="8.500" />
    <path d="M3.500 12h17M12 3.500c2.500 2.500 3.700 5.300 3.700 8.500s-1.200 6-3.700 8.500c-2.500-2.500-3.700-5.300-3.700-8.500s1.200-6 3.700-8.500z" />
  </>,
);
export const LeaveIcon = icon(
  <path d="M10 4.500H6.500a2 2 0 0 0-2 2v11a2 2 0 0 0 2 2H10M10 12h10M16.500 8.500L20 12l-3.500 3.500" />,
  {
    points: true,
  },
);
export const SearchIcon = icon(
  <>
    <circle cx="11" cy="11" r="6.500" />
    <path d="M16 16l4 4" />
  </>,
);
