import { createTheme, defaultVariantColorsResolver, type MantineColorsTuple } from "@mantine/core";
import "@mantine/core/styles/baseline.css";
import "@mantine/core/styles/default-css-variables.css";
import "@mantine/core/styles/global.css";
import "@mantine/core/styles/UnstyledButton.css";
import "@mantine/core/styles/Button.css";
import "@mantine/core/styles/ActionIcon.css";
import "@mantine/core/styles/Loader.css";
import "@mantine/core/styles/Input.css";
import "@mantine/core/styles/PasswordInput.css";
import "@mantine/core/styles/CloseButton.css";
import "@mantine/core/styles/Skeleton.css";
import "@mantine/core/styles/Paper.css";
import "@mantine/core/styles/Overlay.css";
import "@mantine/core/styles/ModalBase.css";
import "@mantine/core/styles/Modal.css";
import "@mantine/core/styles/Popover.css";
import "@mantine/core/styles/Menu.css";
import "@mantine/core/styles/VisuallyHidden.css";
import "@fontsource-variable/inter/wght.css";
import "./theme.css";

/** Shades exist for the library's arithmetic only: what is seen comes from the variables in theme.css. */
const shades = (colour: string): MantineColorsTuple => Array(10).fill(colour) as unknown as MantineColorsTuple;

export const theme = createTheme({
  primaryColor: "brand",
  colors: { brand: shades("#0f6b62"), danger: shades("#b3261e") },
  fontFamily: "var(--font)",
  defaultRadius: "sm",
  respectReducedMotion: true,
  // What is filled is dark by day and bright by night, and so is what is written on it the other way round.
  variantColorResolver: (input) => {
    const colours = defaultVariantColorsResolver(input);
    return input.variant === "filled" ? { ...colours, color: "var(--accent-ink)" } : colours;
  },
  cursorType: "pointer",
  components: {
    Button: { defaultProps: { color: "brand" } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray", size: 36 } },
    Modal: {
      // The page itself never scrolls; locking it would put a style element into it, which the policy may forbid.
      defaultProps: { lockScroll: false, centered: true, radius: "lg", overlayProps: { backgroundOpacity: 0.45 } },
      styles: { title: { fontSize: "var(--text-lg)", fontWeight: 600 } },
    },
    Menu: {
      defaultProps: { shadow: "md", position: "bottom-end", withinPortal: true, withInitialFocusPlaceholder: false },
    },
  },
});
