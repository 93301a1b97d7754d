"use client"
import { CircleUser, Keyboard, Languages, LogOut, Monitor, Moon, Sun, UserRound } from "lucide-react"
import { useTheme } from "next-themes"
import { useLocale, useTranslations } from "use-intl"
import { IconButton } from "@/components/controls/icon-button"
import { Menu, MenuChoice, MenuItem, MenuSeparator } from "@/components/controls/menu"
import { signOut } from "@/lib/auth"
import { useErrorToast } from "@/lib/errors"
import { asLocale, locales } from "@/lib/i18n/locale"
import { useMe } from "@/lib/session"
import { chooseLocale, localeNames } from "./choose-locale"
import { useShell } from "./shell-state"

/** Who is signed in, and how the console looks and speaks. */
export function AccountMenu() {
  const t = useTranslations("shell")
  const roles = useTranslations("roles")
  const { show } = useShell()
  const { theme, setTheme } = useTheme()
  const locale = asLocale(useLocale())
  const errorToast = useErrorToast()
  const me = useMe()

  async function leave() {
    try {
      await signOut()
      window.location.assign("/sign-in")
    } catch (error) {
      errorToast(t("signOut"), error)
    }
  }

  return (
    <Menu align="end" trigger={<IconButton label={t("account")} icon={<CircleUser aria-hidden className="size-4.5" />} />}>
      {me ? (
        <p className="px-2 pt-1.5 pb-1 text-mute text-sm">
          {t("signedInAs", { name: me.username })}
          <span className="block text-faint">{me.tenant === null ? roles(me.role) : `${roles(me.role)} · ${me.tenant}`}</span>
        </p>
      ) : null}
      <MenuItem icon={<UserRound aria-hidden />} href="/account">
        {t("yourAccount")}
      </MenuItem>
      <MenuSeparator />
      <MenuChoice
        label={t("theme")}
        value={theme === "light" || theme === "dark" ? theme : "system"}
        onValueChange={setTheme}
        options={[
          { value: "system", label: t("themeSystem"), icon: <Monitor aria-hidden /> },
          { value: "light", label: t("themeLight"), icon: <Sun aria-hidden /> },
          { value: "dark", label: t("themeDark"), icon: <Moon aria-hidden /> },
        ]}
      />
      <MenuSeparator />
      <MenuChoice
        label={t("language")}
        value={locale}
        onValueChange={chooseLocale}
        options={locales.map((each) => ({ value: each, label: localeNames[each], icon: <Languages aria-hidden /> }))}
      />
      <MenuSeparator />
      <MenuItem icon={<Keyboard aria-hidden />} keys={["?"]} onClick={() => show("help")}>
        {t("help")}
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={<LogOut aria-hidden />} onClick={() => void leave()}>
        {t("signOut")}
      </MenuItem>
    </Menu>
  )
}
